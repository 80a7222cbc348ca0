/**
 * Many small facts of many repositories at once: the states of issues, files at commits, heads of branches, and whether
 * branches require a check. What was not answered is left out, so that whoever needs it asks for it by itself.
 *
 * Calls: 1 for each hundred facts, or 25 repositories; counted by GitHub apart from those of the REST API.
 */
import { z } from "zod";
import type { BulkAnswers, BulkQuestions, FoundRevision } from "../../operations/ports.ts";
import type { GitHub } from "../client.ts";
import { byInstallation } from "./by-installation.ts";
import { isRefName } from "./revision.ts";
import { askTogether, quoted } from "./together.ts";

type IssueState = "open" | "closed" | "missing" | "pull-request";
type Found = {
  readonly issues: Map<number, IssueState>;
  readonly files: Map<string, string | undefined>;
  readonly heads: Map<string, FoundRevision | undefined>;
  readonly guards: Map<string, boolean>;
};
/** A field of GraphQL, and what becomes of its answer. */
type Fact = { readonly field: string; take(answer: unknown, found: Found): void };

export async function readInBulk(
  github: GitHub,
  questions: readonly BulkQuestions[],
): Promise<ReadonlyMap<number, BulkAnswers>> {
  const all = new Map<number, Found>();
  const wanted = questions.map((one) => ({
    repository: one.repository,
    installationId: one.repository.installationId,
    facts: factsOf(one),
  }));
  for (const [installation, some] of byInstallation(wanted)) {
    const wishes = some.map(({ repository, facts }) => ({ repository, fields: facts.map(({ field }) => field) }));
    const answered = await askTogether(github, installation, wishes);
    for (const [index, { repository, facts }] of some.entries()) {
      const found = { issues: new Map(), files: new Map(), heads: new Map(), guards: new Map() };
      all.set(repository.id, found);
      const answer = answered[index];
      if (answer?.kind !== "answered") continue;
      for (const [place, value] of answer.fields) facts[place]?.take(value, found);
    }
  }
  return all;
}

function factsOf({ issues = [], files = [], heads = [], guards }: BulkQuestions): readonly Fact[] {
  return [
    ...issues.map(issueFact),
    ...files.filter(({ at, path }) => /^[0-9a-f]{40}$/.test(at) && path !== "").map(fileFact),
    ...heads.filter(isRefName).map(headFact),
    ...(guards?.branches.filter(isRefName).map((branch) => guardFact(branch, guards.check)) ?? []),
  ];
}

const issueAnswer = z.object({ __typename: z.enum(["Issue", "PullRequest"]), state: z.string() });

function issueFact(number: number): Fact {
  return {
    field: `issueOrPullRequest(number: ${number}) { __typename ... on Issue { state } ... on PullRequest { state } }`,
    take(answer, { issues }) {
      const issue = issueAnswer.safeParse(answer).data;
      if (answer === null) issues.set(number, "missing");
      else if (issue?.__typename === "PullRequest") issues.set(number, "pull-request");
      else if (issue !== undefined) issues.set(number, issue.state === "OPEN" ? "open" : "closed");
    },
  };
}

const fileAnswer = z.object({ text: z.string(), isTruncated: z.literal(false) });

function fileFact({ at, path }: { readonly at: string; readonly path: string }): Fact {
  return {
    field: `object(expression: ${quoted(`${at}:${path}`)}) { ... on Blob { text isTruncated } }`,
    take(answer, { files }) {
      const file = fileAnswer.safeParse(answer).data;
      if (answer === null) files.set(fileKey({ at, path }), undefined);
      else if (file !== undefined) files.set(fileKey({ at, path }), file.text);
    },
  };
}

/** How `BulkAnswers.files` names a file. */
function fileKey({ at, path }: { readonly at: string; readonly path: string }): string {
  return `${at}:${path}`;
}

const refOf = (branch: string) => `ref(qualifiedName: ${quoted(`refs/heads/${branch}`)})`;
const headAnswer = z.object({ target: z.object({ oid: z.string(), tree: z.object({ oid: z.string() }) }) });

function headFact(branch: string): Fact {
  return {
    field: `${refOf(branch)} { target { oid ... on Commit { tree { oid } } } }`,
    take(answer, { heads }) {
      const target = headAnswer.safeParse(answer).data?.target;
      // A branch that is not there may have been renamed, which only the REST API tells: null is no answer here.
      if (target !== undefined) {
        heads.set(branch, { sha: target.oid, tree: target.tree.oid, ref: branch, inRepository: true });
      }
    },
  };
}

const guardAnswer = z.object({
  refUpdateRule: z.object({ requiredStatusCheckContexts: z.array(z.string().nullable()).nullable() }).nullable(),
  rules: z
    .object({
      totalCount: z.number(),
      nodes: z.array(
        z.object({
          parameters: z
            .object({ requiredStatusChecks: z.array(z.object({ context: z.string() })).optional() })
            .nullable(),
        }),
      ),
    })
    .nullable(),
});

/**
 * Rulesets are told whole. Of classic protection only what is enforced on the App itself is told, so that where there is
 * none the branch may be protected all the same: then nothing is answered.
 */
function guardFact(branch: string, check: string): Fact {
  return {
    field: `${refOf(branch)} { refUpdateRule { requiredStatusCheckContexts } rules(first: 100) { totalCount nodes { parameters { ... on RequiredStatusChecksParameters { requiredStatusChecks { context } } } } } }`,
    take(answer, { guards }) {
      const found = guardAnswer.safeParse(answer).data;
      if (found === undefined) return;
      const ruled = found.rules?.nodes.flatMap(({ parameters }) => parameters?.requiredStatusChecks ?? []) ?? [];
      const classic = found.refUpdateRule?.requiredStatusCheckContexts ?? [];
      const required = ruled.some(({ context }) => context === check) || classic.includes(check);
      const isWhole =
        found.refUpdateRule !== null && found.rules?.totalCount === found.rules?.nodes.length && found.rules !== null;
      if (required || isWhole) guards.set(branch, required);
    },
  };
}
