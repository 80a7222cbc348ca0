/**
 * The commit that a version's tag is set on: what the branch holds, with the version in its files. It is made and put
 * nowhere. Before that it is looked whether the step makes sense, so that what cannot end well leaves nothing behind.
 */
import type { Sha } from "../policy/model.ts";
import type { CandidatePlan } from "../policy/versions/candidate.ts";
import { newestCandidate } from "../policy/versions/next-version.ts";
import type { Release, Version } from "../policy/versions/scheme.ts";
import { schemeOf } from "../policy/versions/schemes.ts";
import type { VersionTag } from "../policy/versions/tags.ts";
import { spelledFor, writeVersion } from "../policy/versions/write-version.ts";
import type { CandidateRow } from "../store/version-tables.ts";
import type { Bot } from "./bot.ts";
import type { StepProblem } from "./candidate-said.ts";
import { contentAt, whoseService } from "./content.ts";
import { orRefused } from "./or-refused.ts";
import type { ServicePlace } from "./place.ts";
import { type FoundRevision, Refusal, type RepositoryRef } from "./ports.ts";
import { broughtBack, holds, unshared } from "./unshared.ts";
import { versionFacts } from "./version-facts.ts";
import type { NewCommit } from "./version-writes.ts";

const mostFilesNamed = 10;

export async function makeVersionCommit(
  bot: Bot,
  service: ServicePlace,
  row: CandidateRow,
): Promise<CandidatePlan | StepProblem> {
  const { repository, policy } = service;
  const { releaseBranch, scheme } = policy.versions;
  const branch = row.step === "cut" ? repository.defaultBranch : (releaseBranch ?? repository.defaultBranch);
  const version = schemeOf(scheme).read(row.version);
  if (version === undefined) return { code: "left-pipeline" };
  const head = await bot.github.branchHead(repository, branch);
  if (head === undefined) return { code: "no-branch", branch };
  const candidate = await latestOf(bot, service, version.release);
  if (row.step !== "cut" && releaseBranch !== undefined && candidate !== undefined) {
    // What the branch holds instead is older, and would get the number of what it lacks.
    const missing =
      (await hasOnlyStopped(bot, service, candidate)) && !(await hasArrived(bot, service, head, candidate.sha));
    if (missing) return { code: "not-merged", branch, tag: candidate.name };
  }
  if (row.step === "finish") return await finish(bot, service, row, version, { branch, head }, candidate);

  const goesOnto = row.step === "cut" ? releaseBranch : undefined;
  const release = goesOnto === undefined ? undefined : await bot.github.branchHead(repository, goesOnto);
  if (candidate !== undefined && (await isSame(bot, service, head, candidate.sha))) {
    // A step that was stopped after its tag was set has merged nothing: then there is another candidate to make.
    const arrived = goesOnto === undefined || (await hasArrived(bot, service, release, candidate.sha));
    if (arrived) return { code: "nothing-new", branch, tag: candidate.name };
  }
  if (goesOnto !== undefined && release !== undefined) {
    const apart = await notBroughtBack(bot, service, { name: goesOnto, head: release.sha }, head.sha);
    if (apart !== undefined) return apart;
  }
  return await withVersion(bot, service, row, version, { base: head.sha, branch });
}

/** What was released is what was tested: the branch may hold nothing that its last candidate does not. */
async function finish(
  bot: Bot,
  service: ServicePlace,
  row: CandidateRow,
  version: Version,
  { branch, head }: { readonly branch: string; readonly head: FoundRevision },
  candidate: VersionTag | undefined,
): Promise<CandidatePlan | StepProblem> {
  if (candidate === undefined) return { code: "no-branch", branch: row.tag };
  if (await isSame(bot, service, head, candidate.sha)) {
    return await withVersion(bot, service, row, version, { base: head.sha, branch });
  }
  if (service.policy.versions.releaseBranch === undefined) {
    // The default branch has gone on. The release is made of the candidate alone, and its tag holds it.
    return await withVersion(bot, service, row, version, { base: candidate.sha });
  }
  return await moreThan(bot, service, candidate, branch, head.sha);
}

async function moreThan(
  bot: Bot,
  { repository }: ServicePlace,
  candidate: VersionTag,
  branch: string,
  head: Sha,
): Promise<StepProblem> {
  const { commits, authors } = await bot.github.compare(repository, candidate.sha, head);
  return { code: "more-than-candidate", branch, tag: candidate.name, commits, authors };
}

/**
 * The plan with the commit that its pull request was merged as. Squashed or rebased, it lies on whatever was pushed beside
 * it: that goes into a candidate, but not into a release.
 */
export async function asMerged(
  bot: Bot,
  service: ServicePlace,
  row: CandidateRow,
  merged: Sha,
): Promise<CandidatePlan | StepProblem> {
  const { asked, ...plan } = row.plan;
  const { commit } = plan;
  const taken = { ...plan, commit: merged, base: merged };
  if (row.step !== "finish" || asked === undefined || commit === undefined) return taken;
  const head = { sha: merged, tree: await bot.github.tree(service.repository, merged), inRepository: true };
  if (await isSame(bot, service, head, commit)) return taken;
  if (service.policy.versions.releaseBranch === undefined) {
    // The default branch has gone on: the tag alone holds the release, as where it had gone on before.
    const { branch: _branch, ...alone } = plan;
    return alone;
  }
  const version = schemeOf(service.policy.versions.scheme).read(row.version);
  const candidate = version && (await latestOf(bot, service, version.release));
  if (candidate === undefined) return { code: "no-branch", branch: row.tag };
  return await moreThan(bot, service, candidate, asked.base, merged);
}

/** The newest candidate of the release, by its tag. */
async function latestOf(bot: Bot, service: ServicePlace, release: Release): Promise<VersionTag | undefined> {
  const { facts } = await versionFacts(bot, service);
  return newestCandidate(facts.tags, release);
}

/** Whether a step set this tag and ended before its merge. One that was set by hand has no step, and need not be merged. */
async function hasOnlyStopped(bot: Bot, { id }: ServicePlace, { name, sha }: VersionTag): Promise<boolean> {
  const rows = await bot.db
    .selectFrom("candidate")
    .select(["plan", "problem"])
    .where("service_id", "=", id)
    .where("tag", "=", name)
    .where("ended_at", "is not", null)
    .execute();
  // A step that met the tag at another commit did not set it.
  const setIt = rows.filter(({ plan }) => plan.commit === sha);
  return setIt.length > 0 && setIt.every(({ problem }) => problem !== null);
}

/** A squashed merge shares no commit with what it merged, but has its content. */
async function hasArrived(
  bot: Bot,
  service: ServicePlace,
  release: FoundRevision | undefined,
  candidate: Sha,
): Promise<boolean> {
  if (release === undefined) return false;
  return (
    (await holds(bot, service.repository, release.sha, candidate)) || (await isSame(bot, service, release, candidate))
  );
}

/** For this service: what others of the repository have changed is theirs to tag. */
async function isSame(bot: Bot, service: ServicePlace, head: FoundRevision, sha: Sha): Promise<boolean> {
  if (head.sha === sha) return true;
  const tree = await bot.github.tree(service.repository, sha);
  if (head.tree === tree) return true;
  const whose = whoseService(service);
  const [one, other] = await Promise.all([contentAt(bot, whose, head), contentAt(bot, whose, { sha, tree })]);
  return one === other;
}

/**
 * What only the release branch has would be undone by a candidate that lacks it: then nothing is merged before it was
 * brought back. The files that `/rc` writes differ on purpose.
 */
export async function notBroughtBack(
  bot: Bot,
  { repository, policy }: ServicePlace,
  release: { readonly name: string; readonly head: Sha },
  into: Sha,
): Promise<StepProblem | undefined> {
  const own = new Set(policy.versions.files.map(({ path }) => path));
  const brought = await broughtBack(bot, repository, release.name, repository.defaultBranch);
  const { commits, authors, files } = await unshared(bot, repository, release.head, into, brought);
  const apart = files.filter((file) => !own.has(file));
  if (apart.length === 0) return undefined;
  return {
    code: "not-brought-back",
    from: release.name,
    into: repository.defaultBranch,
    commits,
    authors,
    files: apart.slice(0, mostFilesNamed),
  };
}

async function withVersion(
  bot: Bot,
  { repository, policy }: ServicePlace,
  row: CandidateRow,
  version: Version,
  { base, branch }: { readonly base: Sha; readonly branch?: string },
): Promise<CandidatePlan | StepProblem> {
  const changed: { path: string; text: string }[] = [];
  for (const file of policy.versions.files) {
    const text = await bot.github.fileAt(repository, base, file.path);
    const written = writeVersion(file, text, spelledFor(file, version));
    if (written.kind === "not-written") return { code: "file-not-written", path: file.path, why: written.why };
    if (written.text !== text) changed.push({ path: file.path, text: written.text });
  }
  const where = branch === undefined ? {} : { branch };
  if (changed.length === 0) return { commit: base, base, ...where };
  const commit = await commitOrProblem(bot, repository, row, {
    about: { kind: "version", version: version.text, by: row.asked_by },
    parents: [base],
    like: base,
    files: changed,
  });
  return typeof commit === "string" ? { commit, base, ...where } : commit;
}

export async function commitOrProblem(
  bot: Bot,
  repository: RepositoryRef,
  { tag }: Pick<CandidateRow, "tag">,
  wanted: NewCommit,
): Promise<Sha | StepProblem> {
  const made = await orRefused(() => bot.versions.makeCommit(repository, wanted));
  return made instanceof Refusal ? { code: "refused", what: "commit", name: tag, said: made.message } : made;
}
