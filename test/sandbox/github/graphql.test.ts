/** The sandbox's GraphQL: what it answers is asked in `test/github`; here is what GitHub's refuses, refused alike. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { createContext } from "../../../src/context.ts";
import { type Started, startSandbox } from "./start-sandbox.ts";

let started: Started;
beforeAll(async () => {
  started = await startSandbox({ files: { "a.txt": "a", "folder/b.bin": "\0" } });
  await started.github.createRepository("other/thing", { files: { a: "a" } });
});
afterAll(() => started.stop());

const shop = (selection: string) => `query { shop: repository(owner: "acme", name: "shop") { ${selection} } }`;

async function ask(query: string, variables: Record<string, unknown> = {}): Promise<unknown> {
  const { token } = z.object({ token: z.string() }).parse(await started.octokit.auth({ type: "installation" }));
  const answer = await createContext().fetch(`${started.github.apiUrl}/graphql`, {
    method: "POST",
    headers: { authorization: `bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ query, variables }),
  });
  return await answer.json();
}

test.each([
  ["a field that its type has not", shop("nonsense"), "Field 'nonsense' doesn't exist on type 'Repository'"],
  ["an object without a selection", shop("defaultBranchRef"), "Field must have selections"],
  ["a connection without bounds", shop("pullRequests { totalCount }"), "You must provide a `first`"],
  ["a page that is too large", shop("pullRequests(first: 101) { totalCount }"), "exceeds the `first` limit of 100"],
  [
    "too many nodes",
    shop(
      "pullRequests(first: 100) { nodes { assignees(first: 100) { nodes { login } } reviewRequests(first: 100) { totalCount } } }",
    ).replace(
      "query {",
      `query { ${Array.from({ length: 25 }, (_, n) => `r${n}: repository(owner: "a", name: "b") { pullRequests(first: 100) { nodes { assignees(first: 100) { totalCount } reviewRequests(first: 100) { totalCount } } } }`).join(" ")}`,
    ),
    "exceeds the maximum limit of 500,000",
  ],
  ["a cursor of nobody's", shop('pullRequests(first: 1, after: "x") { totalCount }'), "valid cursor"],
  [
    "an order that is none",
    shop("pullRequests(first: 1, orderBy: {field: SIZE, direction: ASC}) { totalCount }"),
    "invalid",
  ],
  ["a query that does not end", "query { repository", "Parse error on end of file"],
  ["a mutation that there is not", "mutation { addStar }", "Field 'addStar' doesn't exist on type 'Mutation'"],
])("%s is refused, and nothing is told", async (_what, query, message) => {
  expect(await ask(query)).toEqual({
    errors: [expect.objectContaining({ message: expect.stringContaining(message) })],
  });
});

test("a repository that is not ours is not found, beside one that is", async () => {
  const query = `{ theirs: repository(owner: "other", name: "thing") { databaseId } ${shop("nameWithOwner").slice(7)}`;
  expect(await ask(query)).toEqual({
    data: { theirs: null, shop: { nameWithOwner: "acme/shop" } },
    errors: [
      {
        type: "NOT_FOUND",
        path: ["theirs"],
        message: "Could not resolve to a Repository with the name 'other/thing'.",
      },
    ],
  });
});

test("variables, fragments, and what files and folders are", async () => {
  const file = "{ mode object { __typename ... on Blob { text isBinary } } }";
  const query = `query Files($owner: String!, $name: String!) {
    # One comment.
    repository(owner: $owner, name: $name) {
      ref(qualifiedName: "refs/heads/main") { name target { ... on Commit { text: file(path: "a.txt") ${file} binary: file(path: "folder/b.bin") ${file} folder: file(path: "folder") ${file} none: file(path: "none") ${file} } } }
      gone: ref(qualifiedName: "refs/heads/gone") { name }
    }
  }`;
  const commit = {
    text: { mode: 0o100644, object: { __typename: "Blob", text: "a", isBinary: false } },
    binary: { mode: 0o100644, object: { __typename: "Blob", text: null, isBinary: true } },
    folder: { mode: 0o40000, object: { __typename: "Tree" } },
    none: null,
  };
  expect(await ask(query, { owner: "acme", name: "shop" })).toEqual({
    data: { repository: { ref: { name: "main", target: commit }, gone: null } },
  });
});

test("an installation that is suspended is told nothing", async () => {
  const installed = () => ask(shop("databaseId"));
  expect(await installed()).toHaveProperty("data");
  started.github.changeInstallation("acme", "ruth", "suspend");
  expect(await installed()).toMatchObject({ message: "This installation has been suspended" });
  started.github.changeInstallation("acme", "ruth", "unsuspend");
});
