/** Where each environment stands, as lines of text: the answer to `/deploy status`. */
import type { DemoShown } from "../operations/demo-said.ts";
import type { EnvironmentStanding, Running, Waiting } from "../operations/standing.ts";
import type { ServiceStanding } from "../operations/status.ts";
import type { GateResult, Instant } from "../policy/model.ts";
import { wordChannelAway } from "./channel.ts";
import { ageInWords, listInWords, quoted, revisionInWords, statusSentence, timeInWords } from "./phrases.ts";

/** More would fill the screen; `/deploy queue` lists them. */
const mostWaiting = 5;
/** More are only counted: `/deploy demo list` lists them. */
const mostShort = 10;

function since(at: Instant, now: Instant): string {
  return `since ${timeInWords(at)} (${ageInWords(at, now)})`;
}

/** `v1.4.0 (a1b2c3d) is live since … (2 hours ago), by alice, deployment 40.` */
export function liveSentence({ live }: EnvironmentStanding, now: Instant): string {
  if (live === undefined) return "nothing is live yet.";
  return `${revisionInWords(live.revision)} is live ${since(live.since, now)}, by ${live.by}, deployment ${live.deployment}.`;
}

/** Healthy, or everything that speaks against it. What runs says nothing yet of how it will end. */
function healthSentences(standing: EnvironmentStanding, now: Instant): readonly string[] {
  const { live, uncertain, failed, hold, unsettled } = standing;
  const against = [
    ...(uncertain === undefined
      ? []
      : [
          `Not certain ${since(uncertain.since, now)}: deployment ${uncertain.deployment} had begun to change it and did not succeed.`,
        ]),
    ...(unsettled === undefined
      ? []
      : [`Busy until somebody settles deployment ${unsettled}, whose end is not known: /deploy resolve ${unsettled}.`]),
    ...(failed === undefined || failed.deployment === uncertain?.deployment
      ? []
      : [
          `Failed ${since(failed.at, now)}: deployment ${failed.deployment} of ${revisionInWords(failed.revision)} ${statusSentence(failed.status)}.`,
        ]),
    ...(hold === undefined
      ? []
      : [`Held since rollback ${hold.rollback}, which took ${revisionInWords(hold.bad)} out.`]),
  ];
  return against.length === 0 && live !== undefined ? ["Healthy."] : against;
}

export function runningSentence(running: Running, now: Instant): string {
  const stage = running.stage === undefined ? "" : `, stage ${running.stage}`;
  return `Deployment ${running.deployment} of ${revisionInWords(running.revision)} ${statusSentence(running.status)}${stage}, ${since(running.since, now)}, by ${running.by}.`;
}

/** `approvals and queue`: names alone; `why` has the sentences. */
export function gatesInWords(gates: readonly GateResult[]): string {
  return listInWords(gates.map(({ gate }) => gate));
}

function waitingSentence(one: Waiting): string {
  const what = one.waitsFor.length === 0 ? "" : `: ${gatesInWords(one.waitsFor)}`;
  return `Deployment ${one.deployment} of ${revisionInWords(one.revision)}, asked for by ${one.by}, ${statusSentence(one.status)}${what}.`;
}

function heldSentences({ lock, freeze }: EnvironmentStanding): readonly string[] {
  const until = lock?.until === undefined ? "" : ` until ${timeInWords(lock.until)}`;
  return [
    ...(lock === undefined ? [] : [`Locked by ${lock.by}${until}: ${quoted(lock.reason)}.`]),
    ...(freeze === undefined
      ? []
      : [`Frozen by ${freeze.by} until ${timeInWords(freeze.until)}: ${quoted(freeze.reason)}.`]),
  ];
}

/** Everything but what is live: health, what holds it, what runs, what waits for what, what comes. */
export function standingSentences(standing: EnvironmentStanding, now: Instant): readonly string[] {
  const { running, waiting, scheduled } = standing;
  const left = waiting.length - mostWaiting;
  return [
    ...healthSentences(standing, now),
    ...heldSentences(standing),
    ...(running === undefined ? [] : [runningSentence(running, now)]),
    ...waiting.slice(0, mostWaiting).map(waitingSentence),
    ...(left > 0 ? [`… and ${left} more ${left === 1 ? "waits" : "wait"}.`] : []),
    ...(scheduled === undefined ? [] : [`Its schedule promotes next at ${timeInWords(scheduled)}.`]),
  ];
}

/** In one line, for those who look at environments. */
export function demosInShort(demos: readonly DemoShown[] = []): readonly string[] {
  if (demos.length === 0) return [];
  const named = demos.slice(0, mostShort).map(({ slug, standing: { live } }) => {
    return live === undefined ? `${slug} (nothing live)` : `${slug} (${revisionInWords(live.revision)})`;
  });
  const more = demos.length > mostShort ? ` and ${demos.length - mostShort} more` : "";
  return [`Demos: ${named.join(", ")}${more}. /deploy demo list says more.`];
}

export function standingLines(services: readonly ServiceStanding[], now: Instant): readonly string[] {
  return services.flatMap((service, index) => [
    ...(index === 0 ? [] : [""]),
    `${service.service} (${service.repository})`,
    ...(service.away === undefined ? [] : [wordChannelAway(service.away)]),
    ...(service.environments.length === 0
      ? ["No environments yet."]
      : service.environments.flatMap((standing) => [
          `• ${standing.name}: ${liveSentence(standing, now)}`,
          ...standingSentences(standing, now).map((line) => `    ${line}`),
        ])),
    ...demosInShort(service.demos),
  ]);
}
