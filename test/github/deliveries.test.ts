/** What is kept of GitHub's own example payloads, and what is not. */
import { createRequire } from "node:module";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { isMalformed, isRead, slim } from "../../src/github/deliveries.ts";
import { storableJson } from "../../src/storable.ts";
import { anyCharacter } from "../harness/any-character.ts";

type Example = { readonly name: string; readonly payload: Record<string, unknown> };

// The package's own types and its JSON do not meet under Node's resolution.
const listed = z.array(z.object({ name: z.string(), examples: z.array(z.record(z.string(), z.unknown())) }));
const examples = listed.parse(createRequire(import.meta.url)("@octokit/webhooks-examples"));

const all: readonly Example[] = examples.flatMap(({ name, examples }) =>
  examples.map((payload) => ({ name, payload })),
);

/** Examples come from repository webhooks too; what an App gets always names its installation. */
function asForAnApp(payload: Record<string, unknown>): Record<string, unknown> {
  return { installation: { id: 7 }, ...payload };
}

function example(name: string, action?: string): Record<string, unknown> {
  const found = all.find((one) => one.name === name && (action === undefined || one.payload["action"] === action));
  if (found === undefined) throw new Error(`no example of ${name} ${action}`);
  return asForAnApp(structuredClone(found.payload));
}

describe("GitHub's own example payloads", () => {
  const slimmed = all.map(({ name, payload }) => ({
    event: [name, payload["action"]].filter((part) => typeof part === "string").join("."),
    result: slim(name, asForAnApp(payload)),
  }));

  test("none is malformed", () => {
    expect(all.length).toBeGreaterThan(300);
    expect(slimmed.filter(({ result }) => isMalformed(result))).toEqual([]);
  });

  test("these are read, and no others", () => {
    const read = new Set(slimmed.filter(({ result }) => result !== undefined).map(({ event }) => event));
    expect([...read].sort()).toEqual([
      "check_run.completed",
      "check_run.created",
      "check_run.requested_action",
      "check_run.rerequested",
      "check_suite.completed",
      "check_suite.rerequested",
      "deployment_status.created",
      "installation.created",
      "installation.deleted",
      "installation.new_permissions_accepted",
      "installation.suspend",
      "installation.unsuspend",
      "installation_repositories.added",
      "installation_repositories.removed",
      "issues.deleted",
      "issues.opened",
      "issues.reopened",
      "issues.transferred",
      "merge_group.checks_requested",
      "pull_request.assigned",
      "pull_request.closed",
      "pull_request.converted_to_draft",
      "pull_request.opened",
      "pull_request.ready_for_review",
      "pull_request.reopened",
      "pull_request.review_request_removed",
      "pull_request.review_requested",
      "pull_request.synchronize",
      "pull_request.unassigned",
      "pull_request_review.dismissed",
      "pull_request_review.submitted",
      "push",
      "repository.edited",
      "repository.privatized",
      "repository.publicized",
      "repository.renamed",
      "repository.transferred",
      "status",
      "workflow_job.completed",
      "workflow_job.in_progress",
      "workflow_run.completed",
    ]);
  });

  test("what is kept is small", () => {
    const sizes = slimmed
      .filter(({ result }) => result !== undefined)
      .map(({ event, result }) => ({ event, bytes: Buffer.byteLength(JSON.stringify(result)) }));
    expect(sizes.filter(({ bytes }) => bytes > 1_000)).toEqual([]);
  });

  test("slimming what was slimmed changes nothing", () => {
    for (const { event, result } of slimmed) {
      if (result !== undefined) expect(slim(event.split(".")[0] ?? "", structuredClone(result)), event).toEqual(result);
    }
  });

  test("without an installation, an event that is read is malformed and says so", () => {
    const { installation: _, ...payload } = example("pull_request", "opened");
    expect(slim("pull_request", payload)).toEqual({
      kind: "malformed",
      why: "installation: Invalid input: expected object, received undefined",
    });
  });
});

describe("what is dropped", () => {
  test("events and actions that are not read, whatever they hold", () => {
    expect(slim("star", { action: 5 })).toBeUndefined();
    expect(slim("__proto__", {})).toBeUndefined();
    expect(slim("pull_request", { action: "labeled" })).toBeUndefined();
    expect(isRead("pull_request", "labeled")).toBe(false);
    expect(isRead("push", null)).toBe(true);
  });

  test.each([
    ["check_run", "completed", { check_run: { name: "signalbox/ready" } }],
    ["check_run", "created", { check_run: { name: "signalbox/production" } }],
  ])("the echo of our own %s %s", (name, action, change) => {
    const payload = example(name, action);
    Object.assign(payload["check_run"] as object, change.check_run);
    expect(slim(name, payload)).toBeUndefined();
  });

  test("but somebody's wish to run our check again is read", () => {
    const payload = example("check_run", "rerequested");
    Object.assign(payload["check_run"] as object, { name: "signalbox/ready", external_id: "1/2/abc" });
    expect(slim("check_run", payload)).toMatchObject({
      check_run: { name: "signalbox/ready", external_id: "1/2/abc" },
    });
  });

  test("our own status", () => {
    expect(slim("status", { ...example("status"), context: "signalbox/ready" })).toBeUndefined();
  });
});

describe("what people wrote", () => {
  /** As the inbox stores it. */
  const stored = (payload: unknown): unknown => JSON.parse(storableJson(slim("pull_request", payload)));

  test("NUL and half characters, which the database cannot keep, are taken out", () => {
    const payload = example("pull_request", "opened");
    Object.assign(payload["pull_request"] as object, { title: "a\0b\ud800c", body: "\0" });
    expect(stored(payload)).toMatchObject({ pull_request: { title: "ab\ufffdc", body: "" } });
  });

  test("no title or body makes it throw, and everything else of it is kept", () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter }), fc.option(fc.string({ unit: anyCharacter })), (title, body) => {
        const payload = example("pull_request", "opened");
        Object.assign(payload["pull_request"] as object, { title, body });
        const kept = title.replaceAll("\0", "");
        expect(stored(payload)).toMatchObject({ pull_request: { title: kept.toWellFormed() } });
      }),
    );
  });

  test("no payload whatever makes it throw", () => {
    const names = fc.constantFrom("installation", "pull_request", "push", "status", "check_run", "issues", "x");
    fc.assert(fc.property(names, fc.anything(), (name, payload) => void slim(name, payload)));
  });
});

describe("the files of a push", () => {
  const commit = (files: Record<string, string[]>) => ({ added: [], modified: [], removed: [], ...files });
  const push = (change: object) => slim("push", { ...example("push"), created: false, forced: false, ...change });

  test("only those that may be a pipeline file are kept, and commits without any are left out", () => {
    const commits = [
      commit({ modified: ["src/a.ts", ".github/signalbox.yml"] }),
      commit({ added: ["README.md"] }),
      commit({ removed: ["deploy/shared.yaml"] }),
    ];
    expect(push({ commits })).toMatchObject({
      commits: [{ modified: [".github/signalbox.yml"] }, { removed: ["deploy/shared.yaml"] }],
    });
  });

  test.each([
    ["forced", { forced: true, commits: [commit({})] }],
    ["a new branch", { created: true, commits: [commit({})] }],
    ["too many commits", { commits: Array.from({ length: 2048 }, () => commit({})) }],
    ["too many files", { commits: [commit({ added: Array.from({ length: 201 }, (_, n) => `k8s/${n}.yaml`) })] }],
  ])("%s: not all are known, so none is told", (_, change) => {
    expect(push(change)).not.toHaveProperty("commits");
  });
});
