/** What runs and what waits, as lines of text: the answer to `/deploy queue`. */
import type { EnvironmentQueue, QueuedEntry, QueueReply } from "../operations/queue.ts";
import { fewestSuccesses } from "../policy/expected-turn.ts";
import type { Instant } from "../policy/model.ts";
import { sentenceForGate } from "../wording.ts";
import { ageInWords, count, durationInWords, listInWords, revisionInWords, timeInWords } from "./phrases.ts";
import { runningSentence } from "./standing.ts";

/** More in one environment is not read; they are counted. */
const mostShown = 10;

export function queueLines(reply: QueueReply, now: Instant): readonly string[] {
  const hidden =
    reply.hidden.length === 0
      ? []
      : [`Not shown, since you may not ask for it: ${listInWords(reply.hidden, "and", 10)}.`];
  if (reply.queues.length === 0) {
    return [`Nothing runs and nothing waits in ${count(reply.environments, "environment")}.`, ...hidden];
  }
  return [...reply.queues.flatMap((one) => [queueTitle(one), ...queueSentences(one, now)]), ...hidden];
}

export function queueTitle(one: EnvironmentQueue): string {
  return `${one.environment} of ${one.service}`;
}

export function queueSentences(one: EnvironmentQueue, now: Instant): readonly string[] {
  const left = one.waiting.length - mostShown;
  return [
    ...(one.running === undefined ? [] : [runningSentence(one.running, now)]),
    ...(one.unsettled === undefined
      ? []
      : [`Nothing starts before somebody settles deployment ${one.unsettled}: /deploy resolve ${one.unsettled}.`]),
    ...one.waiting.slice(0, mostShown).map((entry) => entrySentence(entry, one, now)),
    ...(left > 0 ? [`… and ${left} more ${left === 1 ? "waits" : "wait"}.`] : []),
    ...basis(one),
  ];
}

function entrySentence(entry: QueuedEntry, one: EnvironmentQueue, now: Instant): string {
  const what = `${entry.position}. Deployment ${entry.deployment} of ${revisionInWords(entry.revision)}, asked for by ${entry.by} ${ageInWords(entry.since, now)}.`;
  const other = entry.waitsFor.filter(({ gate }) => gate !== "queue");
  // The queue's own sentence says behind what; the others say what has to happen first.
  const gates = (other.length > 0 ? other : entry.waitsFor).map((gate) => sentenceForGate(gate, { now }));
  return [what, ...gates, turn(entry, one)].filter((part) => part !== "").join(" ");
}

function turn(entry: QueuedEntry, one: EnvironmentQueue): string {
  if (entry.turn !== undefined) {
    const at = timeInWords(entry.turn.at);
    return entry.turn.late
      ? `Its turn is expected from ${at} on; what runs takes longer than usual already.`
      : `Its turn is expected at about ${at}.`;
  }
  if (entry.waitsFor.some(({ gate }) => gate !== "queue")) return "When its turn comes cannot be told before that.";
  if (one.unsettled !== undefined) return "When its turn comes cannot be told before that is settled.";
  return one.usual === undefined
    ? `When its turn comes cannot be told: fewer than ${fewestSuccesses} deployments have succeeded here.`
    : "";
}

/** What an expected turn is reckoned from, so that nobody takes it for a promise. */
function basis({ usual, waiting }: EnvironmentQueue): readonly string[] {
  if (usual === undefined || waiting.every(({ turn: expected }) => expected === undefined)) return [];
  return [
    `Expected turns are reckoned from the median of the latest ${usual.successes} successes here: ${durationInWords(usual.ms)}.`,
  ];
}
