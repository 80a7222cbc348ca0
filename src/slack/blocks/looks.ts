/**
 * The answers of commands that look, in blocks: environments side by side, links where a person goes on. The sentences are
 * `wording`'s. Slack sets fields in two columns on a wide screen and one below the other on a phone. Pure.
 */
import type { DiffReply } from "../../operations/diff.ts";
import type { HistoryReply, PastDeployment } from "../../operations/history.ts";
import type { EnvironmentQueue, QueueReply } from "../../operations/queue.ts";
import type { ReplyContent } from "../../operations/said.ts";
import type { ShippedPullRequest } from "../../operations/ships.ts";
import type { EnvironmentStanding } from "../../operations/standing.ts";
import type { ServiceStanding, StatusReply } from "../../operations/status.ts";
import type { Instant } from "../../policy/model.ts";
import { wordChannelAway } from "../../wording/channel.ts";
import { closes, compareLabel, diffNotes, diffTitle, mostPullRequests } from "../../wording/diff.ts";
import { historyTitle, pastNumber, pastRevision, pastSentence } from "../../wording/history.ts";
import { count, quoted } from "../../wording/phrases.ts";
import { queueLines, queueSentences, queueTitle } from "../../wording/queue.ts";
import { demosInShort, liveSentence, standingSentences } from "../../wording/standing.ts";
import { type Block, fields, lineSections, section } from "./block.ts";
import { link, oneLine } from "./text.ts";

/** Slack takes 50 blocks, and one more may count what is left. */
const mostBlocks = 49;
const mostFieldText = 1_900;
/** Slack takes ten fields in a section. */
const fieldsInSection = 10;
const mostEnvironments = 100;
const mostQueues = 20;

/** Undefined for every other answer: those are their sentences. */
export function lookBlocks(reply: ReplyContent, now: Instant): readonly Block[] | undefined {
  switch (reply.code) {
    case "status":
      return reply.services.length === 0 ? undefined : statusBlocks(reply, now);
    case "queue":
      return reply.queues.length === 0 ? undefined : queueBlocks(reply, now);
    case "history":
      return historyBlocks(reply, now);
    case "diff":
      return diffBlocks(reply);
    default:
      return undefined;
  }
}

function statusBlocks({ services }: StatusReply, now: Instant): readonly Block[] {
  const blocks: Block[] = [];
  for (const [index, service] of services.entries()) {
    const next = serviceBlocks(service, now);
    if (blocks.length + next.length > mostBlocks) {
      const one = "Ask for one by its name: /deploy status of &lt;service&gt;";
      return [...blocks, section(`… and ${count(services.length - index, "more service")}. ${one}`)];
    }
    blocks.push(...next);
  }
  return blocks;
}

function serviceBlocks(service: ServiceStanding, now: Instant): readonly Block[] {
  const name = `*${oneLine(service.service, 100)}* (${oneLine(service.repository, 150)})`;
  const title = service.away === undefined ? name : `${name}\n${oneLine(wordChannelAway(service.away))}`;
  const demos = demosInShort(service.demos).map((line) => section(oneLine(line, 2_500)));
  if (service.environments.length === 0) return [section(`${title}\nNo environments yet.`), ...demos];
  const shown = service.environments.slice(0, mostEnvironments).map((standing) => environmentText(standing, now));
  const left = service.environments.length - shown.length;
  const [only] = shown;
  if (shown.length === 1 && only !== undefined) return [section(title), section(only), ...demos];
  const sections = Array.from({ length: Math.ceil(shown.length / fieldsInSection) }, (_, index) =>
    fields(shown.slice(index * fieldsInSection, (index + 1) * fieldsInSection)),
  );
  return [
    section(title),
    ...sections.flat(),
    ...(left > 0 ? [section(`… and ${count(left, "more environment")}`)] : []),
    ...demos,
  ];
}

function environmentText(standing: EnvironmentStanding, now: Instant): string {
  const live = standing.live === undefined ? "Nothing is live yet." : liveSentence(standing, now);
  const title = `*${link(standing.url, standing.name, 100)}*`;
  return within(title, [live, ...standingSentences(standing, now)]);
}

/** A line is either whole or not there. */
function within(title: string, lines: readonly string[]): string {
  const kept = [title];
  let length = title.length;
  for (const line of lines) {
    const escaped = oneLine(line, 600);
    length += escaped.length + 1;
    if (length > mostFieldText) break;
    kept.push(escaped);
  }
  return kept.join("\n");
}

function queueBlocks(reply: QueueReply, now: Instant): readonly Block[] {
  const hidden = queueLines({ ...reply, queues: [] }, now).slice(1);
  const left = reply.queues.length - mostQueues;
  return [
    ...reply.queues.slice(0, mostQueues).flatMap((one) => queueSection(one, now)),
    ...(left > 0 ? [section(`… and ${left} more. Ask for one service: /deploy queue of &lt;service&gt;`)] : []),
    ...hidden.map((line) => section(oneLine(line, 1_000))),
  ];
}

function queueSection(one: EnvironmentQueue, now: Instant): readonly Block[] {
  const lines = queueSentences(one, now).map((line) => oneLine(line, 1_200));
  return lineSections([`*${oneLine(queueTitle(one), 250)}*`, ...lines], { mostSections: 2 });
}

function historyBlocks(reply: HistoryReply, now: Instant): readonly Block[] {
  const older = `Older ones: ${link(`${reply.repositoryUrl}/deployments`, "on GitHub")}`;
  const lines = [
    oneLine(historyTitle(reply), 300),
    ...reply.deployments.map((past) => pastLine(past, reply, now)),
    ...(reply.more ? [older] : []),
  ];
  return lineSections(lines, { mostSections: 4 });
}

/** The revision leads to its commit; the rest is the sentence that follows it. */
function pastLine(past: PastDeployment, reply: HistoryReply, now: Instant): string {
  const commit = link(`${reply.repositoryUrl}/commit/${past.revision.sha}`, pastRevision(past), 150);
  return `• *${oneLine(pastNumber(past, reply), 120)}*: ${commit} ${oneLine(pastSentence(past, now), 500)}`;
}

function diffBlocks(reply: DiffReply): readonly Block[] {
  const { ships } = reply;
  const compare = ships.compareUrl === undefined ? [] : [`Compare ${link(ships.compareUrl, compareLabel(reply))}`];
  const requests = ships.pullRequests.slice(0, mostPullRequests).map((one) => pullRequestLine(one, reply));
  const notes = diffNotes(reply).map((line) => oneLine(line, 400));
  return [
    section(oneLine(diffTitle(reply), 1_500)),
    ...lineSections([...requests, ...notes, ...compare], { mostSections: 4 }),
  ];
}

function pullRequestLine(one: ShippedPullRequest, reply: DiffReply): string {
  const number = link(`${reply.repositoryUrl}/pull/${one.number}`, `#${one.number}`);
  const rest = `${quoted(one.title)} by ${one.author}${closes(one, reply.repository)}`;
  return `• ${number} ${oneLine(rest, 400)}`;
}
