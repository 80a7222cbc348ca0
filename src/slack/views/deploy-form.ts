/**
 * The form of `/deploy`, rendered from what is kept of it. Pure. A field's block is named by what its choices depend on:
 * Slack keeps what was chosen in a block of the same name, and another service has other environments.
 */
import type { FormShown, FormVerdict, OfferedRevision } from "../../operations/form.ts";
import type { ReplyContent } from "../../operations/said.ts";
import type { GateResult, Instant } from "../../policy/model.ts";
import { formWords, offeredContent, offeredLabel } from "../../wording/form.ts";
import { count, namedRevision } from "../../wording/phrases.ts";
import { wordReply } from "../../wording/reply.ts";
import { gateResultInWords, sentenceForGate } from "../../wording.ts";
import { context, lineSections, plain } from "../blocks/block.ts";
import { gateSigns } from "../blocks/signs.ts";
import { link, oneLine } from "../blocks/text.ts";
import { formCallbackId } from "../view-payload.ts";
import {
  type InputBlock,
  input,
  type ModalView,
  mostOptionValue,
  option,
  select,
  textInput,
  textLines,
  type ViewBlock,
  viewTitle,
} from "./elements.ts";

type Choosing = Extract<FormShown, { code: "choosing" }>;

/** Titles of pull requests that stand in the form; the compare link has them all. */
const mostTitles = 10;

const sign = { go: "✅ May go now", wait: "⏳ Would wait", stop: "⛔ Would be stopped" } as const;

export type FormIds = { readonly id: number; readonly key: string };

export function renderForm(shown: FormShown, ids: FormIds): ModalView {
  const blocks = blocksOf(shown);
  return {
    type: "modal",
    callback_id: formCallbackId,
    external_id: externalId(ids),
    private_metadata: `${ids.id}`,
    title: viewTitle(formWords.title),
    close: plain(formWords.close, 24),
    ...(shown.code === "choosing" ? { submit: plain(formWords.send, 24) } : {}),
    blocks,
  };
}

/** The same for one form however often it is opened: by it a form is found that was opened just before a crash. */
export function externalId({ key }: Pick<FormIds, "key">): string {
  return `form-${key}`.slice(0, 255);
}

function blocksOf(shown: FormShown): readonly ViewBlock[] {
  switch (shown.code) {
    case "looking":
      return textLines([`⏳ ${formWords.looking}`]);
    case "nothing":
      return said(shown.answer, 0);
    case "choosing":
      return [...fieldsOf(shown), ...verdictOf(shown)];
  }
}

function said(answer: ReplyContent, now: Instant): readonly ViewBlock[] {
  return textLines(wordReply(answer, { now }).split("\n"));
}

function fieldsOf(shown: Choosing): readonly ViewBlock[] {
  const { chosen } = shown;
  return [
    serviceField(shown),
    ...(chosen.service === undefined || shown.environments.length === 0 ? [] : [environmentField(shown)]),
    ...(chosen.environment === undefined ? [] : revisionFields(shown)),
  ];
}

function serviceField({ services, chosen }: Choosing): InputBlock {
  return input({
    blockId: "service",
    label: formWords.service,
    optional: false,
    element: select({
      actionId: "form-service",
      placeholder: formWords.chooseService,
      options: services.map(({ id, name, repository }) => option(name, `${id}`, repository)),
      chosen: chosen.service === undefined ? undefined : `${chosen.service}`,
    }),
  });
}

function environmentField({ environments, chosen }: Choosing): InputBlock {
  return input({
    blockId: `environment/${chosen.service}`,
    label: formWords.environment,
    optional: false,
    element: select({
      actionId: "form-environment",
      placeholder: formWords.chooseEnvironment,
      options: environments.map(({ id, name, production }) => option(name, `${id}`, production ? "Production" : "")),
      chosen: chosen.environment === undefined ? undefined : `${chosen.environment}`,
    }),
  });
}

function revisionFields({ revisions, chosen, hotfix }: Choosing): readonly ViewBlock[] {
  // A name that is longer can still be written.
  const offered = revisions.filter(({ value }) => value.length <= mostOptionValue);
  const other = input({
    blockId: `other/${chosen.environment}`,
    label: formWords.other,
    hint: formWords.otherHint,
    optional: true,
    element: textInput("form-other", "a1b2c3d", 250),
  });
  const reason = input({
    blockId: `reason/${chosen.environment}`,
    label: formWords.reason,
    hint: formWords.reasonHint,
    optional: true,
    element: textInput("form-reason", "Why this cannot wait", 500),
  });
  return [
    ...(offered.length === 0 ? textLines([formWords.noRevisions]) : [revisionField(offered, chosen)]),
    other,
    ...(hotfix ? [reason] : []),
  ];
}

function revisionField(revisions: readonly OfferedRevision[], chosen: Choosing["chosen"]): InputBlock {
  return input({
    blockId: `revision/${chosen.environment}`,
    label: formWords.revision,
    hint: formWords.revisionHint,
    // Another revision may be written instead.
    optional: true,
    element: select({
      actionId: "form-revision",
      placeholder: formWords.chooseRevision,
      options: revisions.map((offered) => option(offeredLabel(offered), offered.value, offeredContent(offered))),
      chosen: chosen.revision,
    }),
  });
}

function verdictOf({ verdict, problem, at }: Choosing): readonly ViewBlock[] {
  if (problem !== undefined) return [{ type: "divider" }, ...said(problem, at)];
  return verdict === undefined ? [] : [{ type: "divider" }, ...judged(verdict, at)];
}

function judged({ answer, ships }: FormVerdict, at: Instant): readonly ViewBlock[] {
  const { revision, environment, service, verdict } = answer;
  const what = `${namedRevision(revision, undefined)} of ${service} to ${environment}`;
  const titles = ships.pullRequests.map(({ number, title }) => `• #${number} ${oneLine(title, 120)}`);
  const commits = ships.comparison === "first" ? "the first deployment here" : count(ships.commits, "commit");
  const brings = `It brings ${count(ships.pullRequests.length, "pull request")} (${commits})`;
  const compare = ships.compareUrl === undefined ? "." : `: ${link(ships.compareUrl, "compare")}.`;
  return [
    ...lineSections([`*${sign[verdict.outcome]}*: ${oneLine(what, 300)}. ${brings}${compare}`]),
    ...lineSections(titles, { mostLines: mostTitles }),
    ...textLines(verdict.gates.map((gate) => gateLine(gate, at))),
    context("This is how it stands now. It is judged again when you send it."),
  ];
}

function gateLine(gate: GateResult, now: Instant): string {
  return `${gateSigns[gate.result]} ${gateResultInWords(gate.result)}: ${gate.gate}. ${sentenceForGate(gate, { now })}`;
}
