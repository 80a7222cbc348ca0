/** What is said of approvals: who can still give them, what stands in the way, and what changed under an ask. */
import type { ApprovalNote, AskChanged } from "../operations/approval-said.ts";
import type { Excluded, Reason } from "../policy/reasons.ts";
import { count, listInWords, shortSha, timeInWords } from "./phrases.ts";

/** Of a long list of people only so many are named. */
const mostNamed = 20;

const own: Readonly<Record<Excluded["why"], string>> = {
  requester: "asked for this",
  merger: "merged part of it",
  author: "wrote part of it",
};

/** `the team acme/sre on GitHub`, `the user group S0123 in Slack`. */
export function groupsInWords(names: readonly string[]): string {
  const named = names.map((name) => {
    const [kind, id = name] = name.split(":");
    return kind === "team" ? `the team ${id} on GitHub` : `the user group ${id} in Slack`;
  });
  return named.length === 0 ? "the groups that the pipeline file names" : listInWords(named);
}

type Unreachable = {
  readonly count: number;
  readonly possible: number;
  readonly excluded: readonly Excluded[];
  readonly empty: readonly string[];
};

/** Why so many approvals can never be given, with names. */
function unreachableInWords({ count: needed, possible, excluded, empty }: Unreachable): string {
  const kept = (["requester", "merger", "author"] as const).flatMap((why) => {
    const logins = excluded.filter((one) => one.why === why).map(({ login }) => login);
    return logins.length === 0 ? [] : [`${listInWords(logins, "and", mostNamed)} ${own[why]}`];
  });
  const because = kept.length === 0 ? "" : ` Not counted is what is somebody's own: ${kept.join("; ")}.`;
  const nobody = empty.length === 0 ? "" : ` Nobody is in ${listInWords(empty, "or")}.`;
  const able = possible === 0 ? "none can ever be given" : `only ${possible} can ever be given`;
  return `Needs ${count(needed, "approval")}, but ${able}.${because}${nobody} Somebody else could ask instead, or “approvals” in the pipeline file could name more people.`;
}

export function unreachableReason(reason: Extract<Reason, { code: "approvals.cannot-be-reached" }>): string {
  return unreachableInWords({ ...reason, possible: reason.by.length + reason.candidates.length });
}

/** What is no longer so of what had been asked, as a list of clauses. */
export function changesInWords({ changed, was, is }: AskChanged): string {
  const live = is === undefined ? "nothing is live any more" : `${shortSha(is)} has gone live`;
  const before = was === undefined ? "nothing was live" : `${shortSha(was)} was`;
  const clauses = {
    from: was === undefined && is === undefined ? "something else has gone live" : `${live} (${before} when I asked)`,
    content: "what would be deployed has changed",
    policy: "the rules of the environment have changed",
  };
  return listInWords(changed.map((one) => clauses[one]));
}

export function wordApprovalNote(note: ApprovalNote): string {
  switch (note.code) {
    case "asked-anew":
      return `I ask again: since I asked, ${changesInWords(note)}. Answers to the earlier message no longer count.`;
    case "rejection-reason-wanted":
      return `${note.login}, why did you reject this? Your next reply in this thread is kept as the reason.`;
    case "rejection-reason-noted":
      return `Noted as the reason of ${note.login}.`;
    case "approval-reminder": {
      const who = listInWords(
        note.candidates.map(({ login }) => login),
        "or",
        mostNamed,
      );
      return `This still needs ${count(note.missing, "approval")}, and the request stands only until ${timeInWords(note.expiresAt)}. ${who} can approve.`;
    }
    case "approvals-cannot-be-reached": {
      if (!note.earlier) return unreachableInWords(note);
      return `By the rules under which what is live was deployed: ${unreachableInWords(note)} An administrator of the repository who may approve can let the present rules stand alone, by /deploy adopt with what is live.`;
    }
  }
}
