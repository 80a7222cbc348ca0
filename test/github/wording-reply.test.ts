/** Answers in comments lead where a person goes on, by links that are not escaped with the sentences before them. */
import { expect, test } from "vitest";
import { replyBody } from "../../src/github/wording-reply.ts";
import type { ReplyContent } from "../../src/operations/said.ts";
import type { DeploymentView } from "../../src/operations/views.ts";
import { request } from "../slack/deployment-views.ts";

const revision = { sha: "a".repeat(40), tree: "b".repeat(40) };
const service = { service: "shop", repositoryUrl: "https://github.example/acme/shop" } as const;

function partsOf(content: ReplyContent, view?: DeploymentView): readonly string[] {
  const reply = { repository: "acme/shop", issue: 7, comment: 9, login: "alice", command: "/deploy", content, at: 0 };
  return replyBody(reply, view, "https://github.example").split("\n\n");
}

test("diff links the comparison, history the older ones", () => {
  const compareUrl = "https://github.example/acme/shop/compare/a_b...c_d";
  const ships = { comparison: "ahead", commits: 1, authors: [], pullRequests: [], compareUrl } as const;
  const change = { environment: "production", repository: "acme/shop", to: revision, source: { branch: "main" } };
  const diff = partsOf({ code: "diff", ...service, ...change, from: revision, ships });
  expect(diff.at(-1)).toBe(`[Compare](${compareUrl})`);
  expect(diff.join("")).not.toContain("Compare:");
  const history = partsOf({ code: "history", ...service, deployments: [], more: true });
  expect(history.at(-1)).toBe("[Older ones](https://github.example/acme/shop/deployments)");
});

test("a deployment links the environment by its name on GitHub, where several services have one of the name", () => {
  const asked: ReplyContent = { code: "cancelled", deployment: 42 };
  const pages = "https://github.example/acme/shop/deployments";
  expect(partsOf(asked, request()).at(-1)).toContain(`[Deployments to \`production\`](${pages}/production)`);
  const shared = request({ environmentOnGitHub: "shop-api/production" });
  expect(partsOf(asked, shared).at(-1)).toContain(`(${pages}/shop-api%2Fproduction)`);
});
