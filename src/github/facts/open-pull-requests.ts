/**
 * The open pull requests of many repositories at once, each repository's whole, page by page. A repository of which
 * anything was not answered is left out: its list is asked for by itself, and tells what is the matter with it.
 *
 * Calls: 1 for each ten repositories and 1 for each further page, ten repositories' next pages in one; 1 for each pull
 * request that GraphQL does not tell as the REST API does. One call asks for at most 10 × 25 × (1 + 10 + 25) nodes.
 */
import { z } from "zod";
import type { FoundPullRequest, RepositoryRef } from "../../operations/ports.ts";
import { storable } from "../../storable.ts";
import type { GitHub } from "../client.ts";
import { orUndefined } from "../failures.ts";
import { byInstallation } from "./by-installation.ts";
import { readPullRequest } from "./pull-request.ts";
import { askTogether, quoted } from "./together.ts";

/** Then the whole list is asked for, and is refused too. */
const refusals: readonly number[] = [401, 403, 404, 410, 422, 451];

const bounds = { repositories: 10, fields: 10 };
const pageSize = 25;
/** GitHub lets a pull request have no more assignees and labels. */
const mostAssignees = 10;
const mostLabels = 100;
const mostReviewRequests = 25;

/** Called `Copilot` by the REST API and in webhooks; every other App's login only lacks its `[bot]` here. */
const loginThatDiffers = "copilot-swe-agent";

function fieldFor(after: string | undefined): string {
  const page = `first: ${pageSize}${after === undefined ? "" : `, after: ${quoted(after)}`}`;
  return `pullRequests(states: [OPEN], orderBy: {field: CREATED_AT, direction: DESC}, ${page}) {
      pageInfo { hasNextPage endCursor }
      nodes {
        number title body isDraft headRefOid headRefName baseRefName isCrossRepository createdAt updatedAt
        author { __typename login }
        assignees(first: ${mostAssignees}) { nodes { login } }
        labels(first: ${mostLabels}) { nodes { name } }
        reviewRequests(first: ${mostReviewRequests}) { totalCount nodes { requestedReviewer { __typename ... on User { login } ... on Mannequin { login } ... on Team { slug } } } }
      }
    }`;
}

const reviewer = z.union([
  z.object({ __typename: z.enum(["User", "Mannequin"]), login: z.string() }).transform(({ login }) => login),
  z.object({ __typename: z.literal("Team"), slug: z.string() }).transform(({ slug }) => `team:${slug}`),
  // Many repositories ask a program for a review of everything, which would satisfy the rule for nothing.
  z.object({ __typename: z.literal("Bot") }).transform(() => undefined),
]);

const pullShape = z.object({
  number: z.number(),
  title: z.string(),
  body: z.string(),
  isDraft: z.boolean(),
  headRefOid: z.string(),
  headRefName: z.string(),
  baseRefName: z.string(),
  isCrossRepository: z.boolean(),
  createdAt: z.string(),
  updatedAt: z.string(),
  author: z.object({ __typename: z.string(), login: z.string() }).nullable(),
  assignees: z.object({ nodes: z.array(z.object({ login: z.string() })) }),
  labels: z.object({ nodes: z.array(z.object({ name: z.string() })) }).nullable(),
  reviewRequests: z.object({
    totalCount: z.number(),
    nodes: z.array(z.object({ requestedReviewer: reviewer })),
  }),
});

const pageShape = z.object({
  pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
  nodes: z.array(z.union([pullShape, z.object({ number: z.number() })])),
});

type Listing = { readonly repository: RepositoryRef; readonly open: FoundPullRequest[]; readonly after?: string };

/** By the repository's id, newest first. Rejects only when a pull request is asked for by itself and GitHub does not answer. */
export async function readOpenPullRequests(
  github: GitHub,
  repositories: readonly RepositoryRef[],
): Promise<ReadonlyMap<number, readonly FoundPullRequest[]>> {
  const whole = new Map<number, readonly FoundPullRequest[]>();
  for (const [installation, some] of byInstallation(repositories)) {
    let listings: readonly Listing[] = some.map((repository) => ({ repository, open: [] }));
    while (listings.length > 0) {
      const wishes = listings.map(({ repository, after }) => ({ repository, fields: [fieldFor(after)] }));
      const answered = await askTogether(github, installation, wishes, bounds);
      const unfinished: Listing[] = [];
      for (const [index, listing] of listings.entries()) {
        const answer = answered[index];
        const page = answer?.kind === "answered" ? pageShape.safeParse(answer.fields.get(0)).data : undefined;
        if (page === undefined) continue;
        const open = await orUndefined(pullsOf(github, listing.repository, page.nodes), refusals);
        if (open === undefined) continue;
        listing.open.push(...open);
        const { hasNextPage, endCursor } = page.pageInfo;
        if (!hasNextPage) whole.set(listing.repository.id, listing.open);
        else if (endCursor !== null && endCursor !== listing.after) unfinished.push({ ...listing, after: endCursor });
      }
      listings = unfinished;
    }
  }
  return whole;
}

type Node = z.infer<typeof pageShape>["nodes"][number];

async function pullsOf(
  github: GitHub,
  repository: RepositoryRef,
  nodes: readonly Node[],
): Promise<readonly FoundPullRequest[]> {
  const pulls: FoundPullRequest[] = [];
  for (const node of nodes) {
    const isWhole = "headRefOid" in node && node.reviewRequests.totalCount === node.reviewRequests.nodes.length;
    const alike = isWhole && node.author?.login !== loginThatDiffers;
    const pull = alike ? foundPullRequest(node) : await readPullRequest(github, repository, node.number);
    if (pull !== undefined) pulls.push(pull);
  }
  return pulls;
}

function foundPullRequest(pull: z.infer<typeof pullShape>): FoundPullRequest {
  return {
    number: pull.number,
    title: storable(pull.title),
    body: storable(pull.body),
    author: authorOf(pull.author),
    draft: pull.isDraft,
    state: "open",
    headSha: pull.headRefOid,
    headRef: pull.headRefName,
    baseRef: pull.baseRefName,
    fromFork: pull.isCrossRepository,
    assignees: pull.assignees.nodes.map(({ login }) => login).toSorted(),
    labels: (pull.labels?.nodes ?? []).map(({ name }) => storable(name)).toSorted(),
    requestedReviewers: pull.reviewRequests.nodes.flatMap((one) => one.requestedReviewer ?? []).toSorted(),
    createdAt: Date.parse(pull.createdAt),
    updatedAt: Date.parse(pull.updatedAt),
  };
}

/** GitHub shows the work of deleted accounts under the name of `ghost`. */
function authorOf(author: z.infer<typeof pullShape>["author"]): string {
  if (author === null) return "ghost";
  return author.__typename === "Bot" ? `${author.login}[bot]` : author.login;
}
