/** Which comments, Deployments and held runs are stored at all, and what Markdown makes of what is answered. */
import { fromMarkdown } from "mdast-util-from-markdown";
import { describe, expect, test } from "vitest";
import { slim } from "../../src/github/deliveries.ts";
import { prose } from "../../src/github/markdown.ts";

const common = {
  installation: { id: 7 },
  repository: { id: 1, full_name: "acme/shop", default_branch: "main", private: true },
  sender: { login: "alice" },
};

function comment(body: string, more: Record<string, unknown> = {}, action = "created") {
  const user = { login: "alice", type: "User" };
  const written = { id: 9, body, user, created_at: "2026-11-21T10:00:00Z", performed_via_github_app: null, ...more };
  return slim("issue_comment", { ...common, action, issue: { number: 3 }, comment: written });
}

describe("a comment", () => {
  test("is stored when a person gives a command in it", () => {
    expect(comment("/deploy staging")).toMatchObject({
      issue: { number: 3 },
      comment: { id: 9, body: "/deploy staging" },
    });
  });

  test.each([
    ["without a command", comment("please /deploy staging")],
    ["that was edited", comment("/deploy staging", {}, "edited")],
    ["that was deleted", comment("/deploy staging", {}, "deleted")],
    ["by a bot", comment("/deploy staging", { user: { login: "x[bot]", type: "Bot" } })],
    ["by an App for a person", comment("/deploy staging", { performed_via_github_app: { id: 4 } })],
    ["by nobody that is left", comment("/deploy staging", { user: null })],
  ])("is not stored %s", (_, slimmed) => expect(slimmed).toBeUndefined());
});

function status(state: string, payload: unknown) {
  const deployment = { id: 5, sha: "a".repeat(40), environment: "staging", payload };
  const told = { id: 6, state, creator: { login: "rosa" }, created_at: "2026-11-21T10:00:00Z" };
  return slim("deployment_status", { ...common, action: "created", deployment, deployment_status: told });
}

test("a Deployment of others is stored with its end, one of ours or under way is not, and its payload never is", () => {
  const stored = status("success", { password: "s3cret" });
  expect(JSON.stringify(stored)).not.toContain("s3cret");
  expect(slim("deployment_status", stored)).toEqual(stored);
  expect(status("failure", "{}")).toBeDefined();
  expect(status("in_progress", {})).toBeUndefined();
  expect(status("success", { signalbox: { token: "t" } })).toBeUndefined();
  expect(status("success", JSON.stringify({ signalbox: { token: "t" } }))).toBeUndefined();
  // One that a stage made is answered by somebody else, and every answer is news.
  for (const state of ["in_progress", "inactive", "success"]) {
    const kept = status(state, { signalbox: { token: "t", stage: true } });
    expect(kept).toMatchObject({ deployment: { payload: { signalbox: true, stage: true } } });
    expect(status(state, Object(kept).deployment.payload)).toEqual(kept);
  }
});

test("a held run is known by its address, and one without is malformed", () => {
  const held = {
    ...{ ...common, action: "requested", environment: "production" },
    deployment: { id: 5, sha: "a".repeat(40), creator: { login: "alice" } },
  };
  const address = "https://api.github.com/repos/acme/shop/actions/runs/77/deployment_protection_rule";
  expect(slim("deployment_protection_rule", { ...held, deployment_callback_url: address })).toMatchObject({
    deployment_callback_url: address,
  });
  expect(
    slim("deployment_protection_rule", { ...held, deployment_callback_url: "https://evil.example" }),
  ).toMatchObject({
    kind: "malformed",
  });
});

describe("a sentence with words from outside stays text", () => {
  test.each([
    "**bold** _it_ `code` ~~gone~~",
    "<img src=x onerror=y> &amp; &#64;",
    "[link](https://x.example) ![image](y)",
    "# heading",
    "> quote",
    "- item",
    "1. item",
    "a \\ b",
    "https://x.example www.x.example",
  ])("%s", (text) => {
    const [block, ...others] = fromMarkdown(prose(text)).children;
    expect(others).toEqual([]);
    expect(block).toMatchObject({ type: "paragraph", children: [{ type: "text" }] });
    const [child] = block?.type === "paragraph" ? block.children : [];
    expect(child?.type === "text" ? child.value.replaceAll("\u200b", "") : undefined).toBe(text);
  });

  test.each(["@alice", "@acme/sre", "#12", "acme/shop#12", "GH-12", "https://github.com/a/b/issues/1", "a@b.example"])(
    "%s sets off nothing",
    (text) => {
      const [block] = fromMarkdown(prose(text)).children;
      const [child] = block?.type === "paragraph" ? block.children : [];
      expect(child?.type === "text" ? child.value : "").toMatch(/\u200b/);
    },
  );
});
