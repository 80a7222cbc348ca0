/**
 * Reads a pipeline file: every mistake at once, each with its file, line and column, or the whole meaning. It never
 * gives half of either.
 */
import { canonicalHash } from "../canonical-hash.ts";
import type { Mistake, PipelineReading, PipelineSource } from "../pipeline.ts";
import { readDocument, type SourceDocument } from "./document.ts";
import { meaningOf } from "./meaning.ts";
import { pathText } from "./places.ts";
import { ruleMistakes } from "./rules.ts";
import { pipelineFileSchema } from "./schema.ts";
import { type Finding, shapeMistakes, strangeKeys } from "./shape-mistakes.ts";

export type PipelineInput = {
  /** The repository's own file first, then those that it extends; none when the repository has no pipeline file. */
  readonly sources: readonly PipelineSource[];
  /** The data of all of them merged. It is not needed for a single file, which is read from its own text. */
  readonly merged?: unknown;
  /** What `_extends` names when it could not be followed: half a policy could be one without its approvals. */
  readonly unfollowed?: string;
  /** `owner/name`. */
  readonly repository: string;
};

export function readPipelineFile({ sources, merged, unfollowed, repository }: PipelineInput): PipelineReading {
  const documents = sources.map(readDocument);
  const own = documents[0];
  if (own === undefined) return { kind: "absent" };
  const unreadable = documents.flatMap((document) => document.mistakes);
  // Without readable YAML every key would seem to be missing, and that would hide the one mistake there is.
  if (documents.some((document) => !document.readable)) return { kind: "mistakes", mistakes: unreadable };
  // What the missing part says is not known, so nothing can be said of what is missing here or does not fit.
  const unmerged = documents.length > 1 && merged === undefined ? documents.at(-1)?.name : undefined;
  if (unfollowed !== undefined || (unmerged !== undefined && unreadable.length === 0)) {
    const extending = documents.findLast((document) => document.locate(["_extends"], "key").depth === 1) ?? own;
    const mistake = notFollowed(extending, unfollowed ?? unmerged ?? "nothing");
    return { kind: "mistakes", mistakes: inOrder([...unreadable, mistake], documents) };
  }
  if (unmerged !== undefined) return { kind: "mistakes", mistakes: inOrder(unreadable, documents) };
  const data = (documents.length > 1 ? merged : undefined) ?? own.data ?? {};
  const found = distinct([...strangeKeys(data), ...shapeMistakes(data), ...ruleMistakes(data)]);
  const mistakes = [...unreadable, ...found.map((finding) => placed(finding, documents, own))];
  if (mistakes.length > 0) return { kind: "mistakes", mistakes: inOrder(mistakes, documents) };
  const pipeline = meaningOf(pipelineFileSchema.parse(data), repository);
  return { kind: "good", pipeline, hash: canonicalHash(pipeline) };
}

function notFollowed(document: SourceDocument, found: string): Mistake {
  const expected = "a repository that the bot may read and that has a .github/signalbox.yml";
  return { file: document.name, ...document.locate(["_extends"], "value").place, path: "_extends", found, expected };
}

/** The schema and the rules may both stumble over one place; the first to say so is enough. */
function distinct(findings: readonly Finding[]): readonly Finding[] {
  const byPath = new Map<string, Finding>();
  for (const finding of findings) {
    const path = JSON.stringify(finding.path);
    if (!byPath.has(path)) byPath.set(path, finding);
  }
  return [...byPath.values()];
}

/** In the file that has the path, the own one first; what is missing everywhere is placed in the own file. */
function placed(finding: Finding, documents: readonly SourceDocument[], own: SourceDocument): Mistake {
  const { path, at, found, expected } = finding;
  const holder = documents.find((document) => document.locate(path, at).depth === path.length) ?? nearestTo(path);
  function nearestTo(missing: Finding["path"]): SourceDocument {
    const parent = missing.slice(0, -1);
    return documents.find((document) => document.locate(parent, "key").depth === parent.length) ?? own;
  }
  const { line, column } = holder.locate(path, at).place;
  const near = finding.nearest === undefined ? {} : { nearest: finding.nearest };
  return { file: holder.name, line, column, path: pathText(path), found, expected, ...near };
}

function inOrder(mistakes: readonly Mistake[], documents: readonly SourceDocument[]): readonly Mistake[] {
  const files = documents.map((document) => document.name);
  const rank = (mistake: Mistake) => files.indexOf(mistake.file);
  return mistakes.toSorted((a, b) => rank(a) - rank(b) || a.line - b.line || a.column - b.column);
}
