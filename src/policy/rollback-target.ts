/**
 * Where a rollback goes: to the revision that was live and healthy before, or to the one that was named.
 *
 * The history is replayed as a stack. A success lies on top of what it replaced; a rollback takes the bad one off again.
 * What lies under the top is therefore never what an earlier rollback took out, so a second rollback goes further back
 * and not forward into the revision that the first one undid.
 */
import type { RequestKind, Revision, Sha, Status } from "./model.ts";

export type HistoryEntry = {
  readonly deployment: number;
  readonly status: Status;
  readonly revision: Revision;
  readonly kind: RequestKind;
  /** For a rollback: the deployment that it undid. */
  readonly rollsBack?: number;
};

export type RollbackQuestion = {
  /** The environment's deployments, newest first. */
  readonly history: readonly HistoryEntry[];
  /** Trees of the content that is in quarantine for this environment. */
  readonly quarantinedTrees: readonly Sha[];
  /**
   * The attempt that began to change the environment and did not succeed, if there was one since the live revision's
   * success: it is then what is taken back, and the live revision is what was healthy before.
   */
  readonly uncertain?: { readonly deployment: number };
  /** A version, or a SHA of at least seven digits. Without it: what was live before. */
  readonly to?: string;
};

export type RollbackChoice =
  | {
      readonly kind: "target";
      readonly target: "previous" | "older";
      readonly revision: Revision;
      /** The deployment by which the target was live. */
      readonly deployment: number;
      /** What is taken back. */
      readonly undoes: { readonly deployment: number; readonly revision: Revision };
    }
  | {
      readonly kind: "none";
      readonly why: "nothing-live" | "nothing-before" | "never-live" | "ambiguous" | "already-live";
    };

export function chooseRollbackTarget(question: RollbackQuestion): RollbackChoice {
  const { history, quarantinedTrees, uncertain, to } = question;
  const stack = replay(history);
  const live = stack.at(-1);
  if (live === undefined) return { kind: "none", why: "nothing-live" };
  const broken = history.find((entry) => entry.deployment === uncertain?.deployment && entry.status !== "success");
  const undone = broken ?? live;
  const undoes = { deployment: undone.deployment, revision: undone.revision };
  const candidates = broken === undefined ? stack.slice(0, -1) : stack;
  // What is taken back goes into quarantine with this very rollback, also where it was live before.
  const out = [...quarantinedTrees, undone.revision.tree];
  const previous = candidates.findLast((entry) => !out.includes(entry.revision.tree));
  if (to === undefined) {
    if (previous === undefined) return { kind: "none", why: "nothing-before" };
    return { kind: "target", target: "previous", ...at(previous), undoes };
  }
  const named = findNamed(history, to);
  if (typeof named === "string") return { kind: "none", why: named };
  if (broken === undefined && named.revision.tree === live.revision.tree) return { kind: "none", why: "already-live" };
  // One in quarantine is not hidden here: its gate stops it and says by whom and why.
  const isPrevious = previous !== undefined && named.revision.tree === previous.revision.tree;
  return { kind: "target", target: isPrevious ? "previous" : "older", ...at(named), undoes };
}

function at(entry: HistoryEntry): { readonly revision: Revision; readonly deployment: number } {
  return { revision: entry.revision, deployment: entry.deployment };
}

/** What was live, the oldest first and what is live now at the end, without what rollbacks took out. */
function replay(history: readonly HistoryEntry[]): readonly HistoryEntry[] {
  const stack: HistoryEntry[] = [];
  for (const entry of history.toReversed()) {
    if (entry.status !== "success") continue;
    const same = (other: HistoryEntry) => other.revision.tree === entry.revision.tree;
    if (entry.kind === "rollback") {
      // Everything above the target is undone. A target that the history no longer holds replaces only what it undid.
      const target = stack.findLastIndex(same);
      if (target >= 0) stack.splice(target);
      else if (entry.rollsBack === undefined || stack.at(-1)?.deployment === entry.rollsBack) stack.pop();
    } else if (stack.at(-1) !== undefined && same(stack.at(-1) ?? entry)) {
      stack.pop();
    }
    stack.push(entry);
  }
  return stack;
}

function findNamed(history: readonly HistoryEntry[], to: string): HistoryEntry | "never-live" | "ambiguous" {
  const wanted = to.toLowerCase();
  const isSha = /^[0-9a-f]{7,40}$/u.test(wanted);
  const version = (text: string) => text.toLowerCase().replace(/^v(?=\d)/u, "");
  const fits = ({ revision }: HistoryEntry) =>
    (isSha && revision.sha.startsWith(wanted)) ||
    (revision.version !== undefined && version(revision.version) === version(wanted));
  const found = history.filter((entry) => entry.status === "success" && fits(entry));
  const newest = found[0];
  if (newest === undefined) return "never-live";
  return found.every((entry) => entry.revision.sha === newest.revision.sha) ? newest : "ambiguous";
}
