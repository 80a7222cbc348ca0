/**
 * Text → Command, the same for every face. It knows the grammar and nothing else: whether an environment, a service or
 * a revision exists is for the operation to say. It must never throw, and never read a typing mistake as a command.
 */
import type { Instant } from "../policy/model.ts";
import { nearest } from "../policy/nearest.ts";
import { type DeployVerb, deployVerbs } from "../policy/verbs.ts";
import type { CommandName, CommandReading } from "./command.ts";
import { readAdopt, readAllow, readCancel, readResolve, readRetry } from "./read-deployments.ts";
import { readFreeze, readLock, readThaw, readUnlock } from "./read-holding.ts";
import { readBoard, readEnvironmentOnly, readHelp, readHistory, readLink, readWhere } from "./read-looking.ts";
import { readDemo, readRc } from "./read-releasing.ts";
import { readDeploy, readPromote, readRollback } from "./read-shipping.ts";
import { command, is, type Rest, unknownWord } from "./reading.ts";
import { readable, wordsOf } from "./words.ts";

type Reader = (rest: Rest, now: Instant) => CommandReading;

const verbs: Readonly<Record<DeployVerb, Reader>> = {
  status: (rest) => readBoard("status", rest),
  why: (rest) => readEnvironmentOnly("why", rest),
  diff: (rest) => readEnvironmentOnly("diff", rest),
  history: readHistory,
  queue: (rest) => readBoard("queue", rest),
  where: readWhere,
  lock: readLock,
  unlock: readUnlock,
  freeze: readFreeze,
  thaw: readThaw,
  cancel: readCancel,
  retry: readRetry,
  resolve: readResolve,
  adopt: readAdopt,
  allow: readAllow,
  demo: readDemo,
  link: (rest) => readLink("link", rest),
  unlink: (rest) => readLink("unlink", rest),
  help: readHelp,
};

const names: Readonly<Record<CommandName, Reader>> = {
  "/deploy": readDeployOrVerb,
  "/promote": readPromote,
  "/rc": readRc,
  "/rollback": readRollback,
};

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
  return names[name](rest, now);
}

function readDeployOrVerb(rest: Rest, now: Instant): CommandReading {
  const [first, ...after] = rest.words;
  if (first === undefined || first.quoted) return readDeploy(rest);
  const verb = deployVerbs.find((known) => is(first, known));
  if (verb !== undefined) return verbs[verb]({ ...rest, words: after }, now);
  // `of` and `to` begin a deployment, and are no verb that was mistyped.
  if (is(first, "of") || is(first, "to")) return readDeploy(rest);
  const near = nearest(first.text, deployVerbs);
  return near === undefined ? readDeploy(rest) : unknownWord(first.text, deployVerbs);
}
