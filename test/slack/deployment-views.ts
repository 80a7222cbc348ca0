/** Deployments as the store would load them, for the tests of what Slack shows. */
import type { ShippedPullRequest } from "../../src/operations/ships.ts";
import type { DeploymentView } from "../../src/operations/views.ts";
import type { GateResult, Verdict } from "../../src/policy/model.ts";

export const at = (text: string) => Date.parse(`${text}Z`);
export const oldSha = "0123456789abcdef0123456789abcdef01234567";
export const newSha = "a1b2c3d4e5f60718293a4b5c6d7e8f9001122334";
const tree = "f".repeat(40);

export const passing: readonly GateResult[] = [
  { gate: "access", result: "pass", reason: { code: "access.ok" }, clearedBy: [] },
  { gate: "ready", result: "pass", reason: { code: "ready.not-a-merge" }, clearedBy: [] },
  { gate: "lock", result: "pass", reason: { code: "lock.free" }, clearedBy: [] },
  { gate: "order", result: "pass", reason: { code: "order.ok", before: "staging", deployment: 41 }, clearedBy: [] },
  { gate: "checks", result: "pass", reason: { code: "checks.ok", names: ["ci/test"] }, clearedBy: [] },
  { gate: "quarantine", result: "pass", reason: { code: "quarantine.clear" }, clearedBy: [] },
  { gate: "hold", result: "pass", reason: { code: "hold.none" }, clearedBy: [] },
];

export const approvalsMissing: GateResult = {
  gate: "approvals",
  result: "wait",
  reason: {
    code: "approvals.missing",
    count: 1,
    by: [],
    candidates: ["bob", "carol"],
    expiresAt: at("2026-11-21T22:30"),
  },
  clearedBy: [{ kind: "approvers" }],
};

export const queueFree: GateResult = { gate: "queue", result: "pass", reason: { code: "queue.free" }, clearedBy: [] };

export function verdict(outcome: Verdict["outcome"], gates: readonly GateResult[]): Verdict {
  return { outcome, gates };
}

export function pullRequests(count: number): readonly ShippedPullRequest[] {
  return Array.from({ length: count }, (_, index) => ({
    number: index + 10,
    title: `Change number ${index}`,
    author: ["alice", "bob", "dora"][index % 3] ?? "alice",
    issues: [{ repository: "acme/shop-api", number: index + 1_000 }],
  }));
}

/** A promotion to production that waits for one approval. */
export function request(changes: Partial<DeploymentView> = {}): DeploymentView {
  return {
    id: 42,
    ask: 1,
    service: "shop-api",
    repository: "acme/shop-api",
    channel: "#shop-deploys",
    environment: "production",
    production: true,
    environmentUrl: "https://shop.example.com",
    kind: "promotion",
    hotfix: false,
    status: "waiting",
    revision: { sha: newSha, tree, version: "v1.4.0" },
    previous: { sha: oldSha, tree, version: "v1.3.2" },
    ships: {
      comparison: "ahead",
      commits: 3,
      authors: ["alice", "bob"],
      pullRequests: [
        { number: 12, title: "Add the basket", author: "alice", issues: [{ repository: "acme/shop-api", number: 7 }] },
        { number: 13, title: "Mend the till", author: "bob", issues: [{ repository: "acme/desk", number: 8 }] },
      ],
      compareUrl: `https://github.com/acme/shop-api/compare/${oldSha}...${newSha}`,
    },
    verdict: verdict("wait", [...passing, approvalsMissing, queueFree]),
    requestedBy: "alice",
    requestedBySlack: "U0ALICE",
    requestedAt: at("2026-11-21T14:30"),
    mayApprove: [{ login: "bob", slackUser: "U0BOB" }, { login: "carol" }],
    approversNamed: ["release-managers", "carol"],
    approvals: [],
    stages: [],
    canRetry: false,
    leftUncertain: false,
    settled: true,
    voided: [],
    ...changes,
  };
}

/** The same, while it runs. */
export function running(changes: Partial<DeploymentView> = {}): DeploymentView {
  return request({
    status: "in_progress",
    approvals: [{ login: "bob", answer: "approve", at: at("2026-11-21T14:40") }],
    startedAt: at("2026-11-21T14:40"),
    stages: [
      {
        name: "migrate",
        phase: "deploy",
        state: "success",
        startedAt: at("2026-11-21T14:40:00"),
        endedAt: at("2026-11-21T14:40:12"),
        logUrl: "https://ci.example.com/1",
      },
      { name: "deploy", phase: "deploy", state: "running", startedAt: at("2026-11-21T14:40:12") },
      { name: "http", phase: "verify", state: "pending" },
    ],
    ...changes,
  });
}

/** The same, after a stage failed. */
export function failed(changes: Partial<DeploymentView> = {}): DeploymentView {
  return running({
    status: "failure",
    outcome: { code: "stage-failed", stage: "deploy", message: "exit code 2" },
    endedAt: at("2026-11-21T14:41"),
    stages: [
      {
        name: "deploy",
        phase: "deploy",
        state: "failure",
        startedAt: at("2026-11-21T14:40:12"),
        endedAt: at("2026-11-21T14:41:17"),
        message: "exit code 2",
        outputTail: "pulling\r\n\u001b[31mno space left on device\u001b[0m\nmake: *** [deploy] Error 2\n",
      },
      { name: "http", phase: "verify", state: "skipped" },
    ],
    ...changes,
  });
}

/** What somebody who means harm writes wherever they may write. */
export const hostile = [
  "<!channel> <@U0ADMIN> <https://evil.example|harmless> & <script>",
  "*bold* _under_ ~struck~ `code` ```fence",
  "$(reboot); `reboot` && rm -rf / | cat\n> quoted\r\n\u0000\u0007\u001b[31mred\u001b[0m",
  "\u202etxt.exe\u202c \u2066hidden\u2069 zero\u200bwidth \ud800 half",
  "🚧".repeat(400),
].join(" ");
