/**
 * Text → Command, the same for every face. It knows the grammar and nothing else: whether an environment, a service or
 * a revision exists is for the operation to say. It must never throw, and never read a typing mistake as a command.
 */
import type { Instant } from "../policy/model.ts";
import { nearest } from "../policy/nearest.ts";
import type { Command, CommandName, CommandProblem, CommandReading } from "./command.ts";
import { type HelpTopic, helpOn, helpTopics, isHelpTopic } from "./help.ts";
import { readUntil } from "./until.ts";
import { phrase, readable, type Word, wordsOf } from "./words.ts";

/** The first words of `/deploy` that are no environment: reserved as environment names. */
export const deployVerbs = [
  "status",
  "why",
  "where",
  "lock",
  "unlock",
  "cancel",
  "resolve",
  "adopt",
  "allow",
  "help",
] as const satisfies readonly HelpTopic[];
type DeployVerb = (typeof deployVerbs)[number];

const outcomes = ["success", "failure"] as const;

type Missing = Extract<CommandProblem, { code: "missing" }>["what"];

/** What is left to read, and what `of` named. */
type Rest = { readonly text: string; readonly words: readonly Word[]; readonly service?: string };

function command(value: Command): CommandReading {
  return { kind: "command", command: value };
}

function problem(value: CommandProblem): CommandReading {
  return { kind: "problem", problem: value };
}

function missing(what: Missing, topic: HelpTopic): CommandReading {
  return problem({ code: "missing", what, usage: helpOn(topic).usage });
}

function unexpected(word: Word, topic: HelpTopic): CommandReading {
  return problem({ code: "unexpected", word: word.text, usage: helpOn(topic).usage });
}

function is(word: Word | undefined, wanted: string): boolean {
  return word !== undefined && !word.quoted && word.text.toLowerCase() === wanted;
}

/** Takes `of <service>` from the end. Inside quotes it is part of what is quoted. */
function takeService(rest: Rest): Rest {
  const service = rest.words.at(-1);
  if (service === undefined || !is(rest.words.at(-2), "of")) return rest;
  return { text: rest.text, words: rest.words.slice(0, -2), service: service.text };
}

function of(rest: Rest): { service?: string } {
  return rest.service === undefined ? {} : { service: rest.service };
}

function readDeploy(whole: Rest): CommandReading {
  const rest = takeService(whole);
  const [environment, revision, ...more] = rest.words;
  if (environment === undefined) return missing("environment", "deploy");
  const extra = more[0];
  if (extra !== undefined) return unexpected(extra, "deploy");
  if (is(environment, "of") || is(revision, "of")) return unexpected(revision ?? environment, "deploy");
  return command({
    kind: "deploy",
    environment: environment.text,
    ...(revision === undefined ? {} : { revision: revision.text }),
    ...of(rest),
  });
}

function readPromote(whole: Rest): CommandReading {
  const rest = takeService(whole);
  const [environment, extra] = rest.words;
  if (environment === undefined) return missing("environment", "promote");
  if (extra !== undefined) return unexpected(extra, "promote");
  return command({ kind: "promote", environment: environment.text, ...of(rest) });
}

function readRollback(whole: Rest): CommandReading {
  const rest = takeService(whole);
  const [environment, ...after] = rest.words;
  if (environment === undefined) return missing("environment", "rollback");
  const names = is(after[0], "to");
  const to = names ? after[1] : undefined;
  if (names && to === undefined) return missing("revision", "rollback");
  const reason = phrase(rest.text, names ? after.slice(2) : after);
  return command({
    kind: "rollback",
    environment: environment.text,
    ...(to === undefined ? {} : { to: to.text }),
    ...(reason === "" ? {} : { reason }),
    ...of(rest),
  });
}

function readLock(whole: Rest, now: Instant): CommandReading {
  const rest = takeService(whole);
  const [environment, ...after] = rest.words;
  if (environment === undefined) return missing("environment", "lock");
  let words: readonly Word[] = after;
  let until: Instant | undefined;
  if (is(words[0], "until")) {
    // A time may be quoted as a whole: until "2026-11-22 18:00".
    const quoted = words[1]?.quoted === true ? words[1].text.split(" ") : undefined;
    const time = readUntil(quoted ?? words.slice(1).map((word) => word.text), now);
    if (time === undefined || (quoted !== undefined && time.words !== quoted.length)) {
      return problem({ code: "bad-time", found: words[1]?.text ?? "", usage: helpOn("lock").usage });
    }
    until = time.at;
    words = words.slice(quoted === undefined ? 1 + time.words : 2);
  }
  const reason = phrase(rest.text, words);
  if (reason === "") return missing("reason", "lock");
  return command({
    kind: "lock",
    environment: environment.text,
    reason,
    ...(until === undefined ? {} : { until }),
    ...of(rest),
  });
}

function readEnvironmentOnly(kind: "why" | "unlock", whole: Rest): CommandReading {
  const rest = takeService(whole);
  const [environment, extra] = rest.words;
  if (environment === undefined) return missing("environment", kind);
  if (extra !== undefined) return unexpected(extra, kind);
  return command({ kind, environment: environment.text, ...of(rest) });
}

function deploymentNumber(word: Word, topic: HelpTopic): number | CommandReading {
  const [, digits] = /^#?([1-9]\d{0,14})$/u.exec(word.text) ?? [];
  if (digits === undefined) return problem({ code: "bad-number", found: word.text, usage: helpOn(topic).usage });
  return Number(digits);
}

function readCancel(whole: Rest): CommandReading {
  // A deployment's number says its service; naming it as well does no harm.
  const [id, extra] = takeService(whole).words;
  if (id === undefined) return missing("deployment", "cancel");
  const deployment = deploymentNumber(id, "cancel");
  if (typeof deployment !== "number") return deployment;
  if (extra !== undefined) return unexpected(extra, "cancel");
  return command({ kind: "cancel", deployment });
}

function readResolve(rest: Rest): CommandReading {
  const [id, said, ...why] = rest.words;
  if (id === undefined) return missing("deployment", "resolve");
  const deployment = deploymentNumber(id, "resolve");
  if (typeof deployment !== "number") return deployment;
  if (said === undefined) return missing("outcome", "resolve");
  const outcome = outcomes.find((known) => known === said.text.toLowerCase());
  if (outcome === undefined) return unknownWord(said.text, outcomes);
  const reason = phrase(rest.text, why);
  if (reason === "") return missing("reason", "resolve");
  return command({ kind: "resolve", deployment, outcome, reason });
}

function readAdopt(whole: Rest): CommandReading {
  const rest = takeService(whole);
  const [environment, revision, extra] = rest.words;
  if (environment === undefined) return missing("environment", "adopt");
  if (revision === undefined) return missing("revision", "adopt");
  if (extra !== undefined) return unexpected(extra, "adopt");
  return command({ kind: "adopt", environment: environment.text, revision: revision.text, ...of(rest) });
}

function readAllow(whole: Rest): CommandReading {
  const rest = takeService(whole);
  const [revision, ...why] = rest.words;
  if (revision === undefined) return missing("revision", "allow");
  const reason = phrase(rest.text, why);
  if (reason === "") return missing("reason", "allow");
  return command({ kind: "allow", revision: revision.text, reason, ...of(rest) });
}

function unknownWord(word: string, choices: readonly string[]): CommandReading {
  const near = nearest(word, choices);
  return problem({ code: "unknown-word", word, choices, ...(near === undefined ? {} : { nearest: near }) });
}

function readHelp(whole: Rest): CommandReading {
  const [asked] = takeService(whole).words;
  if (asked === undefined) return command({ kind: "help" });
  const topic = asked.text.toLowerCase().replace(/^\/+/u, "");
  return isHelpTopic(topic) ? command({ kind: "help", topic }) : unknownWord(asked.text, helpTopics);
}

function readStatus(whole: Rest): CommandReading {
  const rest = takeService(whole);
  const extra = rest.words[0];
  if (extra !== undefined) return unexpected(extra, "status");
  return command({ kind: "status", ...of(rest) });
}

/** As GitHub writes an issue or a pull request: by number, in another repository, or by its address. */
const issue =
  /^(?:(?:(?<named>[\w.-]+\/[\w.-]+)?#|GH-)?(?<number>\d{1,9})|https?:\/\/[^\s/]+\/(?:[^\s/]+\/)*?(?<linked>[\w.-]+\/[\w.-]+)\/(?:issues|pull)\/(?<link>\d{1,9})(?:[/?#]\S*)?)$/iu;

function readWhere(whole: Rest): CommandReading {
  const rest = takeService(whole);
  const [named, extra] = rest.words;
  if (named === undefined) return missing("issue", "where");
  if (extra !== undefined) return unexpected(extra, "where");
  const groups = issue.exec(named.text)?.groups ?? {};
  const number = Number(groups["number"] ?? groups["link"] ?? 0);
  if (number === 0) return problem({ code: "bad-issue", found: named.text, usage: helpOn("where").usage });
  const repository = groups["named"] ?? groups["linked"];
  return command({ kind: "where", number, ...(repository === undefined ? {} : { repository }), ...of(rest) });
}

function readVerb(verb: DeployVerb, rest: Rest, now: Instant): CommandReading {
  switch (verb) {
    case "status":
      return readStatus(rest);
    case "why":
    case "unlock":
      return readEnvironmentOnly(verb, rest);
    case "where":
      return readWhere(rest);
    case "lock":
      return readLock(rest, now);
    case "cancel":
      return readCancel(rest);
    case "resolve":
      return readResolve(rest);
    case "adopt":
      return readAdopt(rest);
    case "allow":
      return readAllow(rest);
    case "help":
      return readHelp(rest);
  }
}

/**
 * Reads a command. A first word that is near a verb but is none is taken for a mistake, not for an environment; quotes
 * around it say that it is an environment all the same.
 */
export function parseCommand(name: CommandName, text: string, now: Instant): CommandReading {
  const clean = readable(text);
  const rest: Rest = { text: clean, words: wordsOf(clean) };
  const [first, ...after] = rest.words;
  if (is(first, "help")) {
    if (name !== "/deploy" && after.length === 0) return command({ kind: "help", topic: name.slice(1) });
    return readHelp({ ...rest, words: after });
  }
  if (name === "/promote") return readPromote(rest);
  if (name === "/rollback") return readRollback(rest);
  if (first === undefined || first.quoted) return readDeploy(rest);
  const verb = deployVerbs.find((known) => is(first, known));
  if (verb !== undefined) return readVerb(verb, { ...rest, words: after }, now);
  const near = nearest(first.text, deployVerbs);
  if (near !== undefined) return unknownWord(first.text, deployVerbs);
  return readDeploy(rest);
}
