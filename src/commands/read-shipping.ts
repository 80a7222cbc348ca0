/** Reads what brings a revision somewhere: `/deploy <environment>`, `/promote`, `/rollback`. */
import type { CommandReading } from "./command.ts";
import {
  almost,
  command,
  is,
  missing,
  of,
  type Rest,
  serviceAnywhere,
  serviceHere,
  takeReason,
  takeWord,
  unexpected,
  unknownWord,
} from "./reading.ts";
import type { Word } from "./words.ts";

/** What people write for a version or a SHA; anything else after an environment is a reason. */
const looksLikeRevision = /^(?:v\d[\w.+-]*|\d+(?:\.\d+)+[\w.+-]*|(?=[a-z]*\d)[\da-f]{7,40})$/iu;

export function readDeploy(whole: Rest): CommandReading {
  const at = whole.words.findIndex(
    (word, index) =>
      index > 0 && is(word, "hotfix") && !is(whole.words[index - 1], "to") && !is(whole.words[index - 1], "of"),
  );
  if (at === -1) return readPlainDeploy(serviceAnywhere(whole));
  return readHotfix(serviceAnywhere({ ...whole, words: whole.words.slice(0, at) }), whole.words.slice(at + 1));
}

function readPlainDeploy(rest: Rest): CommandReading {
  if (rest.words.length === 0) return command({ kind: "menu", ...of(rest) });
  const target = readTarget(rest.words);
  if ("kind" in target) return target;
  return command({ kind: "deploy", ...target, ...of(rest) });
}

function readHotfix(head: Rest, after: readonly Word[]): CommandReading {
  const target = readTarget(head.words);
  if ("kind" in target) return target;
  if (target.revision === undefined) return missing("revision", "hotfix");
  const { reason, rest } = takeReason(serviceHere({ ...head, words: after }));
  if (reason === "") return missing("reason", "hotfix");
  return command({ kind: "deploy", ...target, hotfix: reason, ...of(rest) });
}

type Target = { readonly environment: string; readonly revision?: string };

/** `<environment> [revision]`, `<revision> to <environment>`, `to <environment> [revision]`. */
function readTarget(words: readonly Word[]): Target | CommandReading {
  const at = words.findIndex((word) => is(word, "to"));
  if (at > 1) return unexpected(words[at - 1] ?? words[at] ?? noWord, "deploy");
  const [environment, revision, extra] =
    at === -1 ? words : [words[at + 1], at === 1 ? words[0] : words[2], ...words.slice(3)];
  if (environment === undefined) return missing("environment", "deploy");
  if (is(environment, "of") || is(revision, "of")) return unexpected(revision ?? environment, "deploy");
  if (extra !== undefined) {
    if (at === -1 && almost(revision, "to")) return unknownWord(revision?.text ?? "", ["to"]);
    return unexpected(extra, "deploy", ["hotfix", "of", "to"]);
  }
  return { environment: environment.text, ...(revision === undefined ? {} : { revision: revision.text }) };
}

const noWord: Word = { text: "", quoted: false, start: 0, end: 0 };

export function readPromote(whole: Rest): CommandReading {
  const rest = serviceAnywhere(whole);
  const words = is(rest.words[0], "to") ? rest.words.slice(1) : rest.words;
  const [environment, extra] = words;
  if (environment === undefined) return missing("environment", "promote");
  if (extra !== undefined) return unexpected(extra, "promote", ["of"]);
  if (is(environment, "of")) return unexpected(environment, "promote");
  return command({ kind: "promote", environment: environment.text, ...of(rest) });
}

/** The reason is free text, so what only looks like a revision left without its `to` must not be taken for one. */
export function readRollback(whole: Rest): CommandReading {
  const ahead = takeRevision(serviceHere(whole));
  if (ahead.kind === "problem") return ahead.problem;
  const { word: environment, rest: behind } = takeWord(ahead.rest);
  if (environment === undefined) return missing("environment", "rollback");
  const after = ahead.to === undefined ? takeRevision(behind) : { ...ahead, rest: behind };
  if (after.kind === "problem") return after.problem;
  const [first, second] = after.rest.words;
  if (after.to === undefined && first !== undefined && !first.quoted) {
    if (looksLikeRevision.test(first.text)) return unexpected(first, "rollback");
    if (almost(first, "to") && second !== undefined && looksLikeRevision.test(second.text)) {
      return unknownWord(first.text, ["to"]);
    }
  }
  const { reason, rest } = takeReason(after.rest);
  return command({
    kind: "rollback",
    environment: environment.text,
    ...(after.to === undefined ? {} : { to: after.to }),
    ...(reason === "" ? {} : { reason }),
    ...of(rest),
  });
}

type RevisionTaken =
  | { readonly kind: "taken"; readonly to?: string; readonly rest: Rest }
  | { readonly kind: "problem"; readonly problem: CommandReading };

function takeRevision(rest: Rest): RevisionTaken {
  const [first, to, ...words] = rest.words;
  if (!is(first, "to")) return { kind: "taken", rest };
  if (to === undefined) return { kind: "problem", problem: missing("revision", "rollback") };
  return { kind: "taken", to: to.text, rest: serviceHere({ ...rest, words }) };
}
