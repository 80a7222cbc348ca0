import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { DeploymentView } from "../../../src/operations/views.ts";
import { type GateResult, statuses } from "../../../src/policy/model.ts";
import { renderDeploymentMessage } from "../../../src/slack/blocks/deployment.ts";
import { anyCharacter } from "../../harness/any-character.ts";
import { problemsOf, textsOf } from "../block-limits.ts";
import {
  approvalsMissing,
  at,
  failed,
  hostile,
  newSha,
  oldSha,
  passing,
  pullRequests,
  queueFree,
  request,
  running,
  verdict,
} from "../deployment-views.ts";

const links = { githubUrl: "https://github.com" };

function render(view: DeploymentView, ask = view.ask) {
  const message = renderDeploymentMessage(view, ask, links);
  expect(problemsOf(message)).toEqual([]);
  return message;
}

/** Everything that the message says, block by block. */
function said(view: DeploymentView, ask = view.ask): string {
  return textsOf(render(view, ask).blocks).join("\n");
}

function buttonsOf(view: DeploymentView, ask = view.ask): readonly string[] {
  return render(view, ask).blocks.flatMap((block) =>
    block.type === "actions" ? block.elements.map((button) => `${button.action_id} ${button.value}`) : [],
  );
}

const compare = `https://github.com/acme/shop-api/compare/${oldSha}...${newSha}`;

test("a request shows what it brings, every gate in a sentence, who may approve and until when", () => {
  expect(said(request({ reason: "the sale begins" })).split("\n")).toEqual([
    "Promotion: shop-api → production",
    "⏳ Waiting: approvals.",
    "alice asks to promote v1.4.0 (a1b2c3d), saying “the sale begins”.",
    "*Change*",
    `<${compare}|0123456..a1b2c3d>, from v1.3.2 (0123456) to v1.4.0 (a1b2c3d)`,
    "*Brings*",
    "2 pull requests by alice and bob (3 commits)",
    "*Issues*",
    "<https://github.com/acme/shop-api/issues/7|#7>, <https://github.com/acme/desk/issues/8|acme/desk#8>",
    "*Asked by*",
    "alice",
    "*Checks*",
    "ci/test: green",
    "*May approve*",
    "<@U0BOB> or carol (release-managers); 1 approval needed, until 2026-11-21 22:30 UTC",
    "• <https://github.com/acme/shop-api/pull/12|#12> Add the basket (alice)",
    "• <https://github.com/acme/shop-api/pull/13|#13> Mend the till (bob)",
    "✅ Passes · *access*: Whoever asked may ask for this.",
    "✅ Passes · *ready*: No merge of a pull request asks for this, so none has to be ready.",
    "✅ Passes · *lock*: Nobody holds a lock.",
    "✅ Passes · *order*: The same content was live in staging (deployment 41).",
    "✅ Passes · *checks*: The check ci/test is green.",
    "✅ Passes · *quarantine*: This is not in quarantine.",
    "✅ Passes · *hold*: No rollback holds this environment.",
    "⏳ Waits · *approvals*: Needs 1 approval; nobody has approved yet. bob or carol can approve. The request stands until 2026-11-21 22:30 UTC.",
    "✅ Passes · *queue*: Nothing else is being deployed there.",
    "Approve",
    "Reject",
    "Cancel",
    "Cancel this deployment?",
    "It will not start.",
    "Cancel it",
    "Keep it",
    "Deployment 42 · acme/shop-api · asked for at 2026-11-21 14:30 UTC",
    "To approve, press the button or react with ✅ 👍 or 🚢; to reject, with ❌ 👎 or ⛔.",
  ]);
});

test("a hotfix is called one, with its reason", () => {
  const text = said(request({ kind: "deploy", hotfix: true, reason: "payments fail" }));
  expect(text).toContain("Hotfix: shop-api → production");
  expect(text).toContain("alice asks to deploy v1.4.0 (a1b2c3d) as a hotfix, saying “payments fail”.");
});

test("the text for notifications says the same in one line", () => {
  expect(render(request()).text).toBe(
    "shop-api to production, deployment 42. Waiting: approvals. alice asks to promote v1.4.0 (a1b2c3d).",
  );
});

test("while it runs, the stages stand in place of the gates", () => {
  const lines = said(running()).split("\n");
  expect(lines).toContain("▶️ Running.");
  expect(lines).toContain("Approved by bob.");
  expect(lines).toContain("✅ *migrate*: succeeded after 12 seconds. · <https://ci.example.com/1|log>");
  expect(lines).toContain("▶️ *deploy*: running.");
  expect(lines).toContain("▫️ *verification http*: not started.");
  expect(lines.join("\n")).not.toContain("Passes");
});

test("a failure shows which stage failed, and its last lines without what only a terminal understands", () => {
  const text = said(failed());
  expect(text).toContain("❌ Failed. The stage deploy failed. Exit code 2.\nalice asked to promote v1.4.0 (a1b2c3d).");
  expect(text).toContain("❌ *deploy*: failed after 1 minute 5 seconds. exit code 2");
  expect(text).toContain(
    "The last lines of deploy:\n```\npulling\nno space left on device\nmake: *** [deploy] Error 2\n```",
  );
});

test("of a long output, the last fifteen lines", () => {
  const stage = {
    ...failed().stages[0],
    outputTail: Array.from({ length: 400 }, (_, line) => `line ${line}`).join("\n"),
  };
  const view = failed({ stages: [{ ...stage, name: "deploy", phase: "deploy", state: "failure" }] });
  expect(said(view)).toContain("```\nline 385\n");
  expect(said(view)).toContain("\nline 399\n```");
});

describe("what a running stage says", () => {
  function talking(outputTail: string, changes: Partial<DeploymentView> = {}): DeploymentView {
    const view = running(changes);
    const stages = view.stages.map((stage) => (stage.name === "deploy" ? { ...stage, outputTail } : stage));
    return { ...view, stages };
  }

  const many = Array.from({ length: 40 }, (_, line) => `line ${line}`).join("\n");

  test("stands in the message: the last six lines, and nothing that only a terminal understands", () => {
    expect(said(talking(`${many}\n\u001b[32mdone <!channel> & more\u001b[0m\n`))).toContain(
      "The last lines of deploy:\n```\nline 35\nline 36\nline 37\nline 38\nline 39\ndone &lt;!channel&gt; &amp; more\n```",
    );
  });

  test("at most 600 characters of it, escapes included", () => {
    const block = textsOf(render(talking("<&>".repeat(400))).blocks).find((text) => text.includes("```"));
    expect(block?.slice(block.indexOf("```")).length).toBeLessThanOrEqual(600);
    expect(block).toContain("&lt;");
  });

  test("is gone when the stage has ended, well or because the whole was given up", () => {
    const ended = talking(many, {
      status: "success",
      stages: running().stages.map((stage) => ({ ...stage, state: "success" })),
    });
    expect(said(ended)).not.toContain("line 39");
    expect(said(talking(many, { status: "cancelled" }))).not.toContain("line 39");
  });

  test("of the stage before, which has ended, nothing is shown", () => {
    const stages = running().stages.map((stage) =>
      stage.state === "success" ? { ...stage, outputTail: many } : stage,
    );
    expect(said(running({ stages }))).not.toContain("The last lines");
  });
});

test("success says that it is live and where", () => {
  const text = said(running({ status: "success", outcome: { code: "succeeded" }, endedAt: at("2026-11-21T14:42") }));
  expect(text).toContain("✅ Succeeded. It is live.");
  expect(text).toContain("<https://shop.example.com/|Open production>");
});

test("an end that is not known says what a person has to do", () => {
  const outcome = { code: "end-unknown", stage: "deploy" } as const;
  expect(said(running({ status: "error", settled: false, outcome }))).toContain(
    "❓ Ended with an error. I cannot tell how the stage deploy ended, so the environment stays busy. Look at the environment, then settle this deployment with /deploy resolve.",
  );
  const failure = { code: "stage-timed-out", stage: "deploy", afterMs: 1_800_000 } as const;
  expect(said(running({ status: "error", settled: false, outcome: failure }))).toContain(
    "settle it with /deploy resolve 42 success|failure",
  );
});

test("with nothing live before, and with nothing known of what it brings, it says so", () => {
  const { previous: _, ships: __, ...view } = request();
  expect(said(view)).toContain("v1.4.0 (a1b2c3d); nothing was live before");
  expect(said({ ...view, ships: { comparison: "first", commits: 0, authors: [], pullRequests: [] } })).toContain(
    "the first deployment here",
  );
});

test("a rollback says what it takes back", () => {
  const ships = { comparison: "behind", commits: 3, authors: ["alice"], pullRequests: [] } as const;
  const text = said(request({ kind: "rollback", ships }));
  expect(text).toContain("Rollback: shop-api → production");
  expect(text).toContain("alice asks to go back to v1.4.0 (a1b2c3d).");
  expect(text).toContain("takes back 3 commits");
});

describe("buttons", () => {
  const fix: GateResult = {
    gate: "hold",
    result: "wait",
    reason: { code: "hold.confirm-fix", bad: oldSha, rollback: 40 },
    clearedBy: [{ kind: "whoever-may-ask" }],
  };
  const rest = [...passing.slice(0, 6)];

  test("carry the deployment and the ask", () => {
    expect(buttonsOf(request({ ask: 3 }))).toEqual(["approve 42/3", "reject 42/3", "cancel 42/3"]);
  });

  test("a rollback that is done offers to revert what it took back, unless that is too much or nothing", () => {
    const [one] = request().ships?.pullRequests ?? [];
    const rolledBack = (count: number) => {
      const { ships } = request();
      const pullRequests = one === undefined ? [] : Array.from({ length: count }, () => one);
      return request({
        kind: "rollback",
        status: "success",
        ...(ships === undefined ? {} : { ships: { ...ships, pullRequests } }),
      });
    };
    expect([0, 1, 5, 6].map((count) => buttonsOf(rolledBack(count)))).toEqual([
      [],
      ["revert 42/1"],
      ["revert 42/1"],
      [],
    ]);
    expect(buttonsOf({ ...rolledBack(1), kind: "deploy" })).toEqual([]);
  });

  test("ask to confirm the fix while the hold waits for that", () => {
    const held = request({ verdict: verdict("wait", [...rest, fix, approvalsMissing, queueFree]) });
    expect(buttonsOf(held)).toEqual(["approve 42/1", "reject 42/1", "confirm-fix 42/1", "cancel 42/1"]);
    expect(said(held)).toContain("Confirm that it contains the fix");
  });

  test("ask for nothing that is not missing", () => {
    expect(buttonsOf(request({ verdict: verdict("go", [...passing, queueFree]) }))).toEqual(["cancel 42/1"]);
    expect(said(request({ verdict: verdict("go", [...passing, queueFree]) }))).not.toContain("To approve");
  });

  test.each<GateResult["reason"]>([
    { code: "ready.offered", because: "auto" },
    { code: "ready.merged-while-not-ready", pullRequest: 7 },
  ])("let a person start what does not start by itself: $code", (reason) => {
    const ready: GateResult = { gate: "ready", result: "wait", reason, clearedBy: [{ kind: "whoever-may-ask" }] };
    const offered = request({ kind: "merge", verdict: verdict("wait", [ready, ...passing.slice(2), queueFree]) });
    expect(buttonsOf(offered)).toEqual(["start 42/1", "cancel 42/1"]);
    expect(buttonsOf({ ...offered, status: "superseded" })).toEqual([]);
  });

  test("offer to cancel what runs, until somebody did", () => {
    expect(buttonsOf(running())).toEqual(["cancel 42/1"]);
    expect(buttonsOf(running({ cancelBy: "bob" }))).toEqual([]);
    expect(said(running({ cancelBy: "bob" }))).toContain("▶️ Running, but bob asked it to stop.");
  });

  test.each(
    statuses.filter((status) => !["requested", "waiting", "queued", "in_progress", "verifying"].includes(status)),
  )("are gone when it is %s", (status) => {
    expect(buttonsOf(running({ status }))).toEqual([]);
  });

  test("offer the log of what failed: where it is kept, else what was kept of it", () => {
    expect(buttonsOf(failed())).toEqual(["see-log 42/1"]);
    const [stage] = failed().stages;
    if (stage === undefined) throw new Error("there is a stage");
    const elsewhere = failed({ stages: [{ ...stage, logUrl: "https://ci.example.com/1?a=1&b=2" }] });
    expect(buttonsOf(elsewhere)).toEqual(["open-log log"]);
    expect(JSON.stringify(render(elsewhere).blocks)).toContain('"url":"https://ci.example.com/1?a=1&b=2"');
    expect(buttonsOf(failed({ stages: [{ ...stage, logUrl: "javascript:alert(1)" }] }))).toEqual(["see-log 42/1"]);
  });

  test("offer to try again what failed, and to take it back, until something has mended it, and never a rollback", () => {
    const all = ["retry 42/1", "roll-back 42/1", "see-log 42/1"];
    expect(buttonsOf(failed({ canRetry: true, leftUncertain: true }))).toEqual(all);
    expect(buttonsOf(failed({ leftUncertain: true }))).toEqual(["roll-back 42/1", "see-log 42/1"]);
    expect(buttonsOf(failed({ leftUncertain: true, kind: "rollback" }))).toEqual(["see-log 42/1"]);
    expect(said(failed({ leftUncertain: true }))).toContain(
      "shop-api production goes back to what was live and healthy before.",
    );
  });
});

test("an older ask says that it no longer counts, and has no buttons", () => {
  const voided = [{ ask: 1, changed: ["from", "policy"] as const, was: "a".repeat(40), is: "b".repeat(40) }];
  const message = render(request({ ask: 2, voided }), 1);
  expect(message.blocks.map(({ type }) => type)).toEqual(["header", "section", "context"]);
  expect(textsOf(message)).toEqual([
    "shop-api to production, deployment 42. This no longer counts: since I asked, bbbbbbb has gone live (aaaaaaa was when I asked) and the rules of the environment have changed. A new message asks; answers to this one do nothing.",
    "No longer counts: shop-api → production",
    "↪️ This no longer counts: since I asked, bbbbbbb has gone live (aaaaaaa was when I asked) and the rules of the environment have changed. A new message asks; answers to this one do nothing.",
    "Deployment 42 · acme/shop-api",
  ]);
});

describe("who is mentioned", () => {
  const mentions = (view: DeploymentView) => [...said(view).matchAll(/<@([^>]+)>/gu)].map(([, user]) => user);

  test("whoever may approve while that is missing, and nobody else", () => {
    expect(mentions(request())).toEqual(["U0BOB"]);
    expect(mentions(request({ verdict: verdict("go", [...passing, queueFree]) }))).toEqual([]);
    expect(mentions(running())).toEqual([]);
    expect(mentions(failed())).toEqual([]);
  });

  test("of many, the first twenty; the rest is counted", () => {
    const many = Array.from({ length: 60 }, (_, n) => ({ login: `p${n}`, slackUser: `U0P${n}` }));
    const text = said(request({ mayApprove: many }));
    expect(mentions(request({ mayApprove: many }))).toHaveLength(20);
    expect(text).toContain("<@U0P19> or 40 more");
  });

  test("nobody by what is no user's id", () => {
    expect(mentions(request({ mayApprove: [{ login: "<!here>", slackUser: "U0<!channel>" }] }))).toEqual([]);
  });
});

test.each([
  [{ files: 0, atLeast: false }, "none"],
  [{ files: 1, atLeast: false }, "1 file"],
  [{ files: 12, atLeast: true }, "at least 12 files"],
  [{ files: 0, atLeast: true }, "none among the files that GitHub listed"],
])("of migrations %o is said: %s", (migrations, words) => {
  const { ships } = request();
  if (ships === undefined) throw new Error("there is what it ships");
  expect(said(request({ ships: { ...ships, migrations } }))).toContain(`*Migrations*\n${words}\n`);
  expect(said(request())).not.toContain("*Migrations*");
});

/** Signs say nothing that the words beside them do not say. */
function withoutSigns(text: string): string {
  return text.replace(/\p{Extended_Pictographic}\ufe0f?/gu, "");
}

test("without a single sign it still says everything", () => {
  const inWords = withoutSigns(said(request()));
  for (const words of ["Waiting: approvals.", "Passes · *lock*", "Waits · *approvals*", "to reject, with"]) {
    expect(inWords).toContain(words);
  }
  const stages = withoutSigns(said(failed()));
  for (const words of ["Failed. The stage deploy failed.", "*deploy*: failed", "*verification http*: skipped"]) {
    expect(stages).toContain(words);
  }
  for (const status of statuses) expect(withoutSigns(said(running({ status })))).toMatch(/^\S.*\n \w/u);
});

test("three hundred pull requests are counted, ten are named", () => {
  const view = request({ ships: { comparison: "ahead", commits: 900, authors: [], pullRequests: pullRequests(300) } });
  const text = said(view);
  expect(text).toContain("300 pull requests by alice, bob and dora (900 commits)");
  expect(text).toContain("|#19> Change number 9 (alice)\n… and 290 more");
  expect(text).toContain("|#1014> … and 285 more");
});

function everywhere(text: string): DeploymentView {
  const base = failed();
  return {
    ...base,
    service: text,
    repository: text,
    environment: text,
    environmentUrl: text,
    revision: { ...base.revision, version: text },
    ref: text,
    requestedBy: text,
    reason: text,
    cancelBy: text,
    ships: {
      comparison: "ahead",
      commits: 300,
      authors: [text, `${text}2`],
      pullRequests: pullRequests(300).map((one) => ({
        ...one,
        title: text,
        author: text,
        issues: [{ repository: `${text}${one.number}`, number: one.number }],
      })),
      compareUrl: `https://github.com/${text}`,
    },
    verdict: verdict("wait", [
      {
        gate: "lock",
        result: "wait",
        reason: { code: "lock.held", by: text, reason: text, at: 0 },
        clearedBy: [{ kind: "person", login: text }],
      },
      {
        gate: "checks",
        result: "block",
        reason: { code: "checks.failed", names: [text, text] },
        clearedBy: [{ kind: "checks", names: [text] }],
      },
      ...passing,
      approvalsMissing,
    ]),
    outcome: { code: "stage-failed", stage: text, message: text },
    mayApprove: Array.from({ length: 60 }, () => ({ login: text, slackUser: text })),
    approversNamed: Array.from({ length: 30 }, () => text),
    canRetry: true,
    leftUncertain: true,
    approvals: Array.from({ length: 50 }, () => ({ login: text, answer: "approve" as const, at: 0 })),
    stages: Array.from({ length: 60 }, () => ({
      name: text,
      phase: "deploy" as const,
      state: "failure" as const,
      startedAt: 0,
      endedAt: 90_000_000,
      message: text,
      outputTail: `${text}\n`.repeat(40),
      logUrl: `https://log.example.com/?q=${text}`,
    })),
  };
}

describe("whatever people and tools write shows as text and keeps within Slack's limits", () => {
  test.each(statuses)("when it is %s", (status) => {
    const view = { ...everywhere(hostile), status };
    expect(said(view)).not.toContain("<!channel>");
    expect(said({ ...view, ask: 2 }, 1)).not.toContain("<!channel>");
  });

  test("a title that pings is shown, not obeyed", () => {
    const [one] = pullRequests(1);
    if (one === undefined) throw new Error("there is one");
    const ships = {
      comparison: "ahead",
      commits: 1,
      authors: [],
      pullRequests: [{ ...one, title: "Fix <!channel> & `x`" }],
    };
    expect(said(request({ ships: { ...ships, comparison: "ahead" } }))).toContain(
      "|#10> Fix &lt;!channel&gt; &amp; 'x' (alice)",
    );
  });

  test("any text at all", () => {
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: anyCharacter, maxLength: 400 }),
      fc.string({ unit: "grapheme" }),
    );
    fc.assert(
      fc.property(text, fc.constantFrom(...statuses), (written, status) => {
        render({ ...everywhere(written), status });
      }),
      { numRuns: 80 },
    );
  });
});
