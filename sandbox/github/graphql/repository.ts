/**
 * Repositories, refs, commits and files as GitHub's GraphQL API tells them. Types, fields and nullability are those of
 * its public schema (docs.github.com/graphql/overview/public-schema, read as octokit/graphql-schema's schema.graphql of
 * July 2026); what nobody here asks for is left out, and asking for it is refused as a field that does not exist.
 */
import { z } from "zod";
import type { BareRepository } from "../git/bare-repository.ts";
import type { TreeEntry } from "../git/objects.ts";
import type { Repository } from "../hub/state.ts";
import { connection } from "./connection.ts";
import { issueObject, pullRequests } from "./issue.ts";
import type { Arguments } from "./parse-query.ts";
import { type GraphObject, NotFound } from "./run-query.ts";

const text = z.string();

export function repositoryObject(repository: Repository): GraphObject {
  const { git } = repository;
  return {
    type: "Repository",
    fields: {
      databaseId: () => repository.id,
      nameWithOwner: () => repository.fullName,
      defaultBranchRef: () => refObject(repository, `refs/heads/${repository.defaultBranch}`),
      ref: ({ qualifiedName }) => refObject(repository, text.parse(qualifiedName)),
      object: async ({ expression }) => {
        const found = await git.object(text.parse(expression));
        return found === undefined ? null : gitObject(git, found);
      },
      issueOrPullRequest({ number }) {
        const issue = repository.issues.get(z.number().parse(number));
        if (issue !== undefined) return issueObject(repository, issue);
        return new NotFound(`Could not resolve to an issue or pull request with the number of ${String(number)}.`);
      },
      pullRequests: (args) => pullRequests(repository, args),
    },
  };
}

async function refObject(repository: Repository, name: string): Promise<GraphObject | null> {
  const sha = repository.git.refs.get(name);
  if (sha === undefined) return null;
  const required = repository.requiredChecks.get(name.replace(/^refs\/heads\//, ""));
  return {
    type: "Ref",
    fields: {
      name: () => name.replace(/^refs\/(heads|tags)\//, ""),
      target: async () => {
        const found = await repository.git.object(sha);
        return found === undefined ? null : gitObject(repository.git, found);
      },
      refUpdateRule: () =>
        required === undefined
          ? null
          : { type: "RefUpdateRule", fields: { requiredStatusCheckContexts: () => required } },
      rules: (args) => rules(required === undefined ? [] : [required], args),
    },
  };
}

/** Each is the list of checks that a rule of a ruleset requires. */
function rules(required: readonly (readonly string[])[], args: Arguments): GraphObject {
  return connection("RepositoryRuleConnection", required, args, {
    key: (checks) => checks.join(),
    node: (checks) => ({
      type: "RepositoryRule",
      fields: {
        type: () => "REQUIRED_STATUS_CHECKS",
        parameters: () => ({
          type: "RequiredStatusChecksParameters",
          fields: {
            requiredStatusChecks: () =>
              checks.map((context) => ({ type: "StatusCheckConfiguration", fields: { context: () => context } })),
          },
        }),
      },
    }),
  });
}

const typeNames: Readonly<Record<string, string>> = { commit: "Commit", tree: "Tree", blob: "Blob", tag: "Tag" };

function gitObject(git: BareRepository, { sha, type }: { readonly sha: string; readonly type: string }): GraphObject {
  const own: GraphObject["fields"] =
    type === "commit"
      ? commitFields(git, sha)
      : type === "blob"
        ? blobFields(git, sha)
        : type === "tree"
          ? treeFields(git, sha)
          : {};
  return { type: typeNames[type] ?? "", fields: { oid: () => sha, ...own } };
}

function commitFields(git: BareRepository, sha: string): GraphObject["fields"] {
  return {
    async tree() {
      const tree = (await git.commit(sha))?.tree ?? "";
      return gitObject(git, { sha: tree, type: "tree" });
    },
    file: ({ path }) => treeEntry(git, sha, text.parse(path)),
  };
}

async function treeEntry(git: BareRepository, commit: string, path: string): Promise<GraphObject | null> {
  const folder = path.split("/").slice(0, -1).join("/");
  const tree = await git.tree(folder === "" ? `${commit}^{tree}` : `${commit}:${folder}`);
  const entry = tree?.entries.find(({ name }) => name === path.split("/").at(-1));
  return entry === undefined ? null : entryObject(git, entry);
}

function treeFields(git: BareRepository, sha: string): GraphObject["fields"] {
  return {
    async entries() {
      const tree = await git.tree(sha);
      return tree === undefined ? null : tree.entries.map((entry) => entryObject(git, entry));
    },
  };
}

function entryObject(git: BareRepository, entry: TreeEntry): GraphObject {
  return {
    type: "TreeEntry",
    fields: {
      name: () => entry.name,
      mode: () => Number.parseInt(entry.mode, 8),
      oid: () => entry.sha,
      object: async () => {
        const found = await git.object(entry.sha);
        return found === undefined ? null : gitObject(git, found);
      },
    },
  };
}

function blobFields(git: BareRepository, sha: string): GraphObject["fields"] {
  const content = async () => (await git.blob(sha))?.content ?? Buffer.alloc(0);
  const isBinary = async () => (await content()).includes(0);
  return {
    text: async () => ((await isBinary()) ? null : (await content()).toString()),
    isBinary,
    isTruncated: () => false,
  };
}
