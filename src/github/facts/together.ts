/**
 * Asks for fields of many repositories in one request of GitHub's GraphQL API: each repository under an alias, and in it
 * each field. For starting up, where one call for each of them would use up the hour's limit. Where GraphQL does not
 * answer, whoever asked does without: everything can be asked for by itself as well, and then says why not.
 *
 * One repository that is not there, or not for us, leaves the others' answers as they are. Sources: for the fields,
 * GitHub's public schema (docs.github.com/graphql/overview/public-schema); for the bounds, "Rate limits and query limits
 * for the GraphQL API": 500,000 nodes, and ten seconds.
 */
import { z } from "zod";
import type { RepositoryRef } from "../../operations/ports.ts";
import type { GitHub } from "../client.ts";
import { ownerAndRepo } from "../repository-name.ts";

export type Wish = {
  /** Without an id whatever has the name is meant. */
  readonly repository: Pick<RepositoryRef, "fullName"> & Partial<Pick<RepositoryRef, "id">>;
  /** As GraphQL writes them, without an alias. */
  readonly fields: readonly string[];
};

/** A field that GitHub would not tell is absent. */
export type Answered =
  | { readonly kind: "answered"; readonly fields: ReadonlyMap<number, unknown> }
  /** There is no such repository, or none for us. */
  | { readonly kind: "missing" };

export type Bounds = { readonly repositories: number; readonly fields: number };

/** What one request asks for at most: an answer takes GitHub about a second, and is a few hundred KB at worst. */
const usualBounds: Bounds = { repositories: 25, fields: 100 };

type Field = { readonly wish: number; readonly field: number };

const answers = z.record(z.string(), z.record(z.string(), z.unknown()).nullable());
const withErrors = z.object({
  data: answers,
  errors: z.array(
    z.object({ type: z.string().optional(), path: z.array(z.union([z.string(), z.number()])).optional() }),
  ),
});

/** In the order of the wishes. Calls: 1 for as much as the bounds allow. Never rejects for what was not answered. */
export async function askTogether(
  github: GitHub,
  installationId: number,
  wishes: readonly Wish[],
  bounds: Bounds = usualBounds,
): Promise<readonly Answered[]> {
  const found = wishes.map(() => ({ fields: new Map<number, unknown>(), missing: false }));
  for (const asked of portions(wishes, bounds)) {
    const told = await ask(github, installationId, queryFor(wishes, asked));
    for (const { wish, field } of asked) {
      const answer = told?.(`r${wish}`, `f${field}`, wishes[wish]?.repository.id);
      const into = found[wish];
      if (answer === undefined || into === undefined) continue;
      if (answer.kind === "missing") into.missing = true;
      else into.fields.set(field, answer.value);
    }
  }
  return found.map(({ fields, missing }) => (missing ? { kind: "missing" } : { kind: "answered", fields }));
}

function* portions(wishes: readonly Wish[], bounds: Bounds): Generator<readonly Field[]> {
  let asked: Field[] = [];
  for (const [wish, { fields }] of wishes.entries()) {
    for (const field of fields.keys()) {
      const others = new Set(asked.map((one) => one.wish)).add(wish).size;
      if (asked.length === bounds.fields || others > bounds.repositories) {
        yield asked;
        asked = [];
      }
      asked.push({ wish, field });
    }
  }
  if (asked.length > 0) yield asked;
}

function queryFor(wishes: readonly Wish[], asked: readonly Field[]): string {
  const parts = [...new Set(asked.map(({ wish }) => wish))].map((wish) => {
    const { owner, repo } = ownerAndRepo(wishes[wish]?.repository.fullName ?? "");
    const fields = asked
      .filter((one) => one.wish === wish)
      .map(({ field }) => `    f${field}: ${wishes[wish]?.fields[field]}\n`);
    return `  r${wish}: repository(owner: ${quoted(owner)}, name: ${quoted(repo)}) {\n    databaseId\n${fields.join("")}  }\n`;
  });
  return `query {\n${parts.join("")}}`;
}

/** JSON's strings are GraphQL's. */
export function quoted(text: string): string {
  return JSON.stringify(text);
}

type Answer = { readonly kind: "answered"; readonly value: unknown } | { readonly kind: "missing" };
type Told = (repository: string, field: string, id: number | undefined) => Answer | undefined;

async function ask(github: GitHub, installationId: number, query: string): Promise<Told | undefined> {
  try {
    const octokit = await github.installation(installationId);
    return telling(answers.parse(await octokit.graphql(query)), []);
  } catch (error) {
    // Of what is not there, or not for us, GraphQL tells as an error, beside the answers to all else.
    const partial = withErrors.safeParse(error).data;
    return partial && telling(partial.data, partial.errors);
  }
}

function telling(data: z.infer<typeof answers>, errors: z.infer<typeof withErrors>["errors"]): Told | undefined {
  const refused = new Set<string>();
  for (const { type, path = [] } of errors) {
    // What was not found stands in the data as null, which is an answer.
    if (type === "NOT_FOUND" && path.length > 0) continue;
    // An error that does not say what it is about is about everything.
    if (path.length === 0) return undefined;
    refused.add(path.slice(0, 2).join("."));
  }
  return (repository, field, id) => {
    const found = data[repository];
    if (found === undefined || refused.has(repository) || refused.has(`${repository}.${field}`)) return undefined;
    if (found === null) return { kind: "missing" };
    // GitHub leads on from a repository's former name, which may be another's by now.
    if (id !== undefined && found["databaseId"] !== id) return undefined;
    return field in found ? { kind: "answered", value: found[field] } : undefined;
  };
}
