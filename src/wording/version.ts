/** Versions on their way → sentences: commit messages, pull requests, notes and answers to `/rc`. */
import type { LackingCommits } from "../operations/back-merge.ts";
import type { StepProblem, VersionNote, VersionReply } from "../operations/candidate-said.ts";
import type { CommitSubject } from "../operations/version-writes.ts";
import type { AskedToMerge, CandidateStep } from "../policy/versions/candidate.ts";
import type { NoNextVersion } from "../policy/versions/next-version.ts";
import type { NoVersion } from "../policy/versions/read-version.ts";
import { count, listInWords, quoted, shortSha, timeInWords } from "./phrases.ts";

export function commitMessage(about: CommitSubject): string {
  switch (about.kind) {
    case "version":
      return `Version ${about.version}\n\nAsked for by ${about.by} with /rc.`;
    case "merge":
      return `Merge tag '${about.tag}' into ${about.into}\n\nAsked for by ${about.by} with /rc.`;
  }
}

/** Of the pull request that stands for a write which the branch refuses. */
export function askedToMergeText(asked: AskedToMerge, version: string, tag: string, by: string) {
  if (asked.for === "files") {
    return {
      title: `Version ${version}`,
      body: `${by} asked for ${tag} with /rc. ${asked.base} takes no direct commit, so the version is written by this pull request. Once it is merged, the tag is set by itself. Closing it ends the attempt.`,
    };
  }
  return {
    title: `Merge ${tag} into ${asked.base}`,
    body: `${by} asked for ${tag} with /rc. ${asked.base} takes no direct commit, so the tag is merged by this pull request: with a merge commit, so that what is tagged is what is deployed. Closing it ends the attempt.`,
  };
}

export function backMergeText(from: string, into: string, lacking: LackingCommits) {
  const by = lacking.authors.length === 0 ? "" : ` by ${listInWords(lacking.authors)}`;
  const these = lacking.commits === 1 ? "it" : "them";
  const lines = [
    `${from} has ${count(lacking.commits, "commit")}${by} that ${into} lacks. Merging this brings ${these} back. It stays open while there is something to bring.`,
  ];
  if (lacking.conflict) {
    lines.push(
      `It conflicts with ${into}, so it cannot be merged as it is. ${whoKnows(lacking.authors)} how the two go together: merge ${into} into a branch made from ${from}, and bring that here.`,
    );
  }
  return { title: `Bring ${from} back into ${into}`, lines };
}

function whoKnows(authors: readonly string[]): string {
  if (authors.length === 0) return "Its authors know best";
  return `${listInWords(authors)} ${authors.length === 1 ? "knows" : "know"} best`;
}

const doing: Readonly<Record<CandidateStep, string>> = {
  cut: "cutting",
  next: "tagging",
  finish: "finishing",
};

const noVersion: Readonly<Record<NoVersion | "not-found", string>> = {
  "no-file": "there is no such file",
  unreadable: "it cannot be read",
  "no-version": "it holds no version",
  "too-large": "it is too large",
  "not-found": "the place of its version could not be found",
};

function sentenceForStepProblem(problem: StepProblem, tag: string): string {
  switch (problem.code) {
    case "tag-elsewhere":
      return `The tag ${tag} stands at ${shortSha(problem.at)} already, at another commit. Tags are never moved: ask again for the next number.`;
    case "pull-closed":
      return `Pull request #${problem.number} was closed without being merged.`;
    case "branch-moves-on":
      return `${problem.branch} moved on again and again meanwhile. Ask again when it is quiet.`;
    case "refused":
      return sentenceForRefused(problem);
    case "file-not-written":
      return `The version could not be written into ${problem.path}: ${noVersion[problem.why]}.`;
    case "no-branch":
      return `There is no ${problem.branch}.`;
    case "nothing-new":
      return `Everything on ${problem.branch} is in ${problem.tag} already.`;
    case "not-merged":
      return `${problem.tag} was never merged into ${problem.branch}. Make another with /rc cut.`;
    case "not-brought-back":
      return `${problem.from} has changes${by(problem.authors)} that ${problem.into} lacks, in ${listInWords(problem.files)}. A candidate without them would undo them. Bring them into ${problem.into} first, then ask again.`;
    case "more-than-candidate":
      return `${problem.branch} holds ${count(problem.commits, "commit")}${by(problem.authors)} that ${problem.tag} does not. Tag what is there with /rc next and test it, then finish.`;
    case "left-pipeline":
      return "The pipeline file no longer names this service or its versions so.";
    case "gave-up":
      return problem.said === undefined
        ? "GitHub did not answer for a day."
        : `GitHub refused it again and again: ${quoted(problem.said)}.`;
  }
}

type Refused = Pick<Extract<StepProblem, { code: "refused" }>, "name" | "said"> & {
  readonly what: Extract<StepProblem, { code: "refused" }>["what"] | "release";
};

export function sentenceForRefused({ what, name, said }: Refused): string {
  switch (what) {
    case "pull-request":
      return `GitHub refused the pull request from ${name}: ${quoted(said)}.`;
    case "commit":
      return `GitHub does not let me make the commit for ${name}: ${quoted(said)}. The App needs the permission to write contents; whoever owns the account grants it in the App's settings.`;
    case "release":
      return `GitHub does not let me make the release ${name}: ${quoted(said)}. If the App lacks the permission to write contents, whoever owns the account grants it in the App's settings; if a ruleset stops its tag, let the App through there.`;
    case "branch":
    case "tag":
      return `GitHub does not let me write the ${what} ${name}: ${quoted(said)}. Let the App through in the ${what}'s protection or ruleset.`;
  }
}

function by(authors: readonly string[]): string {
  return authors.length === 0 ? "" : ` by ${listInWords(authors)}`;
}

export function wordVersionNote(note: VersionNote): string {
  switch (note.code) {
    case "version-done":
      return note.step === "finish" ? finished(note) : candidate(note);
    case "version-stopped": {
      const half = note.tagged ? ` The tag ${note.tag} is set; it was not merged.` : " Nothing was tagged.";
      return `${note.tag} of ${note.service}, which ${note.by} asked for, was stopped. ${sentenceForStepProblem(note.why, note.tag)}${half}`;
    }
    case "version-asks-to-merge":
      return `${note.base} of ${note.service} takes no direct commit. ${note.tag} goes on when pull request #${note.number} is merged: ${note.url}`;
    case "back-merge-refused": {
      const refused = sentenceForRefused({ what: "pull-request", name: note.from, said: note.said });
      return `${note.from} is not being brought back into ${note.into} of ${note.repository}. ${refused} If the App lacks the permission to write pull requests, whoever owns the account grants it in the App's settings. Until then open one from ${note.from} into ${note.into} yourself; I go on trying, and take one that is open for mine.`;
    }
    case "back-merge-conflict":
      return `${note.from} cannot be brought back into ${note.into} of ${note.repository}: pull request #${note.number} has conflicts. ${whoKnows(note.authors)} how the two go together: ${note.url}`;
  }
}

function candidate(note: Extract<VersionNote, { code: "version-done" }>): string {
  const where =
    note.deployedTo.length === 0 ? "" : ` It goes to ${listInWords(note.deployedTo)}, which follows its branch.`;
  return `${note.by} made ${note.tag} of ${note.service} (${shortSha(note.sha)}).${where} Fixes and /rc next make the next candidate, /rc finish makes the release.`;
}

function finished(note: Extract<VersionNote, { code: "version-done" }>): string {
  const commands = note.offer.map((environment) => `/deploy ${environment} ${note.tag}`);
  const offer = commands.length === 0 ? "" : ` Bring it further with ${listInWords(commands, "or")}.`;
  return `${note.by} released ${note.tag} of ${note.service} (${shortSha(note.sha)}).${offer}`;
}

export function wordVersionReply(reply: VersionReply): string {
  switch (reply.code) {
    case "version-begun":
      return `I am ${doing[reply.step]} ${reply.tag} of ${reply.service}. The channel hears when it is done.`;
    case "version-under-way":
      return underWay(reply);
    case "no-next-version":
      return sentenceForNoVersion(reply.why, reply.service);
    case "versions":
      return lines(reply).join("\n");
  }
}

function underWay(reply: Omit<Extract<VersionReply, { code: "version-under-way" }>, "code">): string {
  const asks =
    reply.asks === undefined
      ? ""
      : ` It waits for a pull request into ${reply.asks} to be merged; closing that ends it.`;
  return `${reply.tag} of ${reply.service} is under way: ${reply.by} asked for it ${timeInWords(reply.at)}.${asks}`;
}

function lines(reply: Extract<VersionReply, { code: "versions" }>): readonly string[] {
  const { open, underWay: going } = reply;
  const live = reply.liveIn.length === 0 ? "" : `, live in ${listInWords(reply.liveIn)}`;
  return [
    `Versions of ${reply.service}`,
    `• Latest release: ${reply.latest ?? "none yet"}.`,
    open === undefined
      ? `• No candidate is open. /rc cut makes one, named as ${reply.example}.`
      : `• Candidate: ${open.tag} (${shortSha(open.sha)})${live}. /rc next makes the next one, /rc finish the release.`,
    ...(going === undefined ? [] : [`• ${underWay(going)}`]),
    ...(reply.malformed.length === 0
      ? []
      : [`• Not counted, since they are no versions of this scheme: ${listInWords(reply.malformed)}.`]),
  ];
}

function sentenceForNoVersion(why: NoNextVersion, service: string): string {
  switch (why.code) {
    case "not-a-version":
      return `${quoted(why.found)} is no version of ${service}. Write it as ${listInWords(why.examples, "or")}.`;
    case "calendar-part":
      return `The calendar says the year and the month of ${service}'s versions, so there is no ${why.part} to raise. Write /rc cut, or name the version.`;
    case "exists":
      return `${why.version} of ${service} cannot be cut: there is ${why.tag} already.`;
    case "not-after":
      return `${why.version} of ${service} cannot be cut: it does not come after ${why.latest}, the latest release.`;
    case "no-candidate":
      return `${service} has no open candidate${why.latest === undefined ? "" : `; ${why.latest} is released`}. /rc cut makes one.`;
  }
}
