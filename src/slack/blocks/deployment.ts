/**
 * One deployment's message: first the request with what it brings, every gate and the buttons, then how it runs and how
 * it ended. Pure, and without the present time: the message is written again only when the state changed.
 */

import type { DeploymentView, StageView } from "../../operations/views.ts";
import type { GateResult, RequestKind } from "../../policy/model.ts";
import { isPending, isRunning } from "../../policy/transitions.ts";
import { changesInWords } from "../../wording/approvals.ts";
import { sentenceForOutcome } from "../../wording/outcome.ts";
import {
  durationInWords,
  listInWords,
  namedRevision,
  quoted,
  statusInWords,
  timeInWords,
} from "../../wording/phrases.ts";
import { gateName, gateResultInWords, sentenceForGate } from "../../wording.ts";
import { askedFields } from "./asked.ts";
import { type Block, context, fields, header, lineSections, messageText, type SlackMessage, section } from "./block.ts";
import { asksForAnswers, buttons, failedStage } from "./buttons.ts";
import { broughtLines, shipsFields } from "./ships.ts";
import { gateSigns, stageSigns, statusSigns } from "./signs.ts";
import { link, oneLine, outputBlock } from "./text.ts";

export type MessageLinks = {
  /** GitHub's web address without a slash at its end. */
  readonly githubUrl?: string;
};

/** Of a stage's output; the log has the rest. What runs is glanced at, what failed is read. */
const mostOutput = {
  failed: { lines: 15, units: 2_600 },
  running: { lines: 6, units: 600 },
} as const;

const kinds: Readonly<Record<RequestKind, string>> = {
  deploy: "Deployment",
  promotion: "Promotion",
  merge: "Merge",
  rollback: "Rollback",
  external: "Workflow run",
  destroy: "Destruction",
};

const asks: Readonly<Record<RequestKind, string>> = {
  deploy: "asks to deploy",
  promotion: "asks to promote",
  merge: "merged",
  rollback: "asks to go back to",
  external: "started a workflow that is to deploy",
  destroy: "asks to take away",
};

const asked: Readonly<Record<RequestKind, string>> = {
  deploy: "asked to deploy",
  promotion: "asked to promote",
  merge: "merged",
  rollback: "asked to go back to",
  external: "started a workflow that was to deploy",
  destroy: "asked to take away",
};

const stageWords: Readonly<Record<StageView["state"], string>> = {
  pending: "not started",
  running: "running",
  success: "succeeded",
  failure: "failed",
  error: "could not be carried out",
  cancelled: "cancelled",
  skipped: "skipped",
};

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** Who asked for what, as plain text. */
function request(view: DeploymentView): string {
  const revision = namedRevision(view.revision, view.ref);
  const pull = view.pullRequest === undefined ? "" : ` by pull request #${view.pullRequest}`;
  const saying = view.reason === undefined || view.reason.trim() === "" ? "" : `, saying ${quoted(view.reason)}`;
  const act = isPush(view) ? "pushed" : isPending(view.status) ? asks[view.kind] : asked[view.kind];
  const hotfix = view.hotfix ? " as a hotfix" : "";
  return `${view.requestedBy} ${act} ${revision}${pull}${hotfix}${saying}.`;
}

/** What made or refreshed a demo by itself. */
function isPush(view: DeploymentView): boolean {
  return view.demo !== undefined && view.kind === "merge";
}

/** How it stands, as plain text: the status in a word, then what it means. */
function standing(view: DeploymentView): string {
  const word = capital(statusInWords(view.status));
  if (isRunning(view.status) && view.cancelBy !== undefined) return `${word}, but ${view.cancelBy} asked it to stop.`;
  const waits = isPending(view.status) ? (view.verdict?.gates ?? []).filter((gate) => gate.result !== "pass") : [];
  if (waits.length > 0) return `${word}: ${listInWords(waits.map(gateName))}.`;
  const outcome = view.outcome === undefined ? "" : ` ${sentenceForOutcome(view.outcome)}`;
  const settle =
    view.settled || isPending(view.status) || isRunning(view.status) || view.outcome?.code === "end-unknown"
      ? ""
      : ` It is not proven that the attempt has ended, so the environment stays busy: settle it with /deploy resolve ${view.id} success|failure <reason>.`;
  return `${word}.${outcome}${settle}`;
}

function standingSection(view: DeploymentView): Block {
  const sign = view.status === "error" && !view.settled ? "❓" : statusSigns[view.status];
  const address = view.status === "success" && view.environmentUrl !== undefined ? view.environmentUrl : undefined;
  const open = address === undefined ? "" : `\n${link(address, `Open ${view.environment}`)}`;
  return section(`${sign} ${oneLine(standing(view), 1_100)}\n${oneLine(request(view), 500)}${open}`);
}

function gateLine(gate: GateResult): string {
  const word = gateResultInWords(gate.result);
  return `${gateSigns[gate.result]} ${word} · *${gateName(gate)}*: ${oneLine(sentenceForGate(gate, {}), 700)}`;
}

function answerLines(view: DeploymentView): readonly string[] {
  const said = { approve: "✅", reject: "⛔" } as const;
  const words = { approve: "approved", reject: "rejected" } as const;
  return view.approvals.map(
    ({ answer, login, at }) => `${said[answer]} ${oneLine(login, 60)} ${words[answer]} this at ${timeInWords(at)}.`,
  );
}

function stageLine(stage: StageView): string {
  const { startedAt, endedAt, state } = stage;
  const took = startedAt === undefined || endedAt === undefined ? "" : ` after ${durationInWords(endedAt - startedAt)}`;
  const name = stage.phase === "verify" ? `verification ${stage.name}` : stage.name;
  const log = stage.logUrl === undefined ? "" : ` · ${link(stage.logUrl, "log")}`;
  const message = stage.message === undefined || stage.message.trim() === "" ? "" : ` ${oneLine(stage.message)}`;
  return `${stageSigns[state]} *${oneLine(name, 80)}*: ${stageWords[state]}${took}.${message}${log}`;
}

function lastLines(stage: StageView | undefined, most: (typeof mostOutput)[keyof typeof mostOutput]): readonly Block[] {
  const output = outputBlock(stage?.outputTail, most.lines, most.units);
  if (stage === undefined || output === undefined) return [];
  return [section(`The last lines of ${oneLine(stage.name, 80)}:\n${output}`)];
}

/** What failed keeps its last lines; what runs shows them until it has ended. */
function stageOutput(view: DeploymentView): readonly Block[] {
  const failed = failedStage(view);
  if (failed !== undefined) return lastLines(failed, mostOutput.failed);
  const runs = isRunning(view.status) ? view.stages.find(({ state }) => state === "running") : undefined;
  return lastLines(runs, mostOutput.running);
}

function footer(view: DeploymentView): Block {
  const about = `Deployment ${view.id} · ${oneLine(view.repository, 200)} · asked for at ${timeInWords(view.requestedAt)}`;
  const react = !asksForAnswers(view)
    ? ""
    : "\nTo approve, press the button or react with ✅ 👍 or 🚢; to reject, with ❌ 👎 or ⛔.";
  return context(`${about}${react}`);
}

function title(view: DeploymentView): string {
  return `${view.hotfix ? "Hotfix" : isPush(view) ? "Demo" : kinds[view.kind]}: ${view.service} → ${view.environment}`;
}

/** The same in one line, for notifications and whoever cannot see blocks. */
function summary(view: DeploymentView): string {
  return `${view.service} to ${view.environment}, deployment ${view.id}. ${standing(view)} ${request(view)}`;
}

function outdated(view: DeploymentView, ask: number): SlackMessage {
  const changed = view.voided.find((one) => one.ask === ask);
  const what = changed === undefined ? "what it asked has changed" : `since I asked, ${changesInWords(changed)}`;
  const sentence = `This no longer counts: ${what}. A new message asks; answers to this one do nothing.`;
  return {
    text: messageText(`${view.service} to ${view.environment}, deployment ${view.id}. ${sentence}`),
    blocks: [
      header(`No longer counts: ${view.service} → ${view.environment}`),
      section(`↪️ ${sentence}`),
      context(`Deployment ${view.id} · ${oneLine(view.repository, 200)}`),
    ],
  };
}

/** `ask` is the ask that the message stands for; when it is not the current one, the message says so and no more. */
export function renderDeploymentMessage(view: DeploymentView, ask: number, links: MessageLinks = {}): SlackMessage {
  if (ask !== view.ask) return outdated(view, ask);
  const gates = isPending(view.status) ? (view.verdict?.gates ?? []) : [];
  const ran = view.stages.length > 0 && !isPending(view.status);
  const approvers = view.approvals.filter(({ answer }) => answer === "approve").map(({ login }) => login);
  const approvedBy = approvers.length === 0 ? [] : [`Approved by ${oneLine(listInWords(approvers), 500)}.`];
  return {
    text: messageText(summary(view)),
    blocks: [
      header(title(view)),
      standingSection(view),
      ...fields([...shipsFields(view, links.githubUrl), ...askedFields(view)]),
      ...broughtLines(view, links.githubUrl),
      ...lineSections(gates.map(gateLine), { mostSections: 4 }),
      ...(isPending(view.status) ? lineSections(answerLines(view), { mostLines: 20 }) : lineSections(approvedBy)),
      ...(ran ? lineSections(view.stages.map(stageLine), { mostSections: 3, mostLines: 40 }) : []),
      ...stageOutput(view),
      ...buttons(view),
      footer(view),
    ],
  };
}
