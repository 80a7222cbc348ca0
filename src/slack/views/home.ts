/** App Home, rendered from one person's view of the state. Pure. */
import type { HomeApproval, HomeLock, HomeView } from "../../operations/home-shown.ts";
import { approvalQuestion, approvalSentence, homeWords, linkSentence, lockSentence } from "../../wording/home.ts";
import { linkLabel } from "../../wording/link.ts";
import { wordReply } from "../../wording/reply.ts";
import { demosInShort, liveSentence, standingSentences } from "../../wording/standing.ts";
import { actions, button, context, header, section } from "../blocks/block.ts";
import { link, oneLine } from "../blocks/text.ts";
import { homeCallbackId } from "../view-payload.ts";
import { divider, type HomeView as Rendered, textLines, type ViewBlock, withinView } from "./elements.ts";

/** More would push the rest out of the view; commands show them all. */
const mostApprovals = 10;
const mostLocks = 10;

/** `signInAddress`: where a sign-in with this id begins; undefined where linking is not set up. */
export function renderHome(view: HomeView, signInAddress: ((id: string) => string) | undefined): Rendered {
  const approvals = view.approvals.slice(0, mostApprovals);
  const locks = view.locks.slice(0, mostLocks);
  const isCut = approvals.length < view.approvals.length || locks.length < view.locks.length;
  const blocks = [
    ...said(view, signInAddress),
    ...person(view),
    divider,
    header(homeWords.approvals),
    ...(approvals.length === 0 ? [section(homeWords.noApprovals)] : []),
    ...approvals.flatMap((one) => approvalBlocks(one, view.at)),
    ...(locks.length === 0 ? [] : [divider, header(homeWords.locks)]),
    ...locks.flatMap((one) => lockBlocks(one, view.at)),
    ...(isCut ? [context(homeWords.more)] : []),
    divider,
    header(homeWords.environments),
    ...(view.services.length === 0 ? [section(homeWords.noEnvironments)] : []),
    ...view.services.flatMap((service) => serviceBlocks(service, view.at)),
  ];
  return { type: "home", callback_id: homeCallbackId, blocks: withinView(blocks, context(homeWords.more)) };
}

/** The answer to the last click, on top, with the sign-in's address where it is one. */
function said({ said: last }: HomeView, signInAddress: ((id: string) => string) | undefined): readonly ViewBlock[] {
  if (last === undefined) return [];
  const { content, at } = last;
  const address =
    content.code === "link-offered" && signInAddress !== undefined
      ? [section(link(signInAddress(content.ask), linkLabel(content.until)))]
      : [];
  return [...textLines(wordReply(content, { now: at }).split("\n"), 2), ...address, divider];
}

/** Who the person is, and whether they are told of their changes: the same setting as the button of that message. */
function person(view: HomeView): readonly ViewBlock[] {
  const label = view.linked === undefined ? homeWords.link : homeWords.linkAgain;
  const news = view.liveNews
    ? button({ actionId: "home-no-live-news", label: homeWords.newsOff, value: "live-news" })
    : button({ actionId: "home-live-news", label: homeWords.newsOn, value: "live-news" });
  return [
    ...textLines([linkSentence(view), view.liveNews ? homeWords.newsAreOn : homeWords.newsAreOff], 1),
    ...actions("home-person", [button({ actionId: "home-link", label, value: "link" }), news]),
  ];
}

function approvalBlocks(one: HomeApproval, now: number): readonly ViewBlock[] {
  const value = `${one.deployment}/${one.ask}`;
  const answers = (["approve", "reject"] as const).map((answer) =>
    button({
      actionId: `home-${answer}`,
      label: homeWords[answer],
      value,
      style: answer === "approve" ? "primary" : "danger",
      confirm: approvalQuestion(one, answer),
    }),
  );
  const where =
    one.channel !== undefined && /^[CGD][A-Z0-9]{5,20}$/u.test(one.channel)
      ? ` Its message is in <#${one.channel}>.`
      : "";
  const text = `${oneLine(approvalSentence(one, now), 2_500)}${where}`;
  return [section(text), ...actions(`approval/${value}`, answers)];
}

function lockBlocks(one: HomeLock, now: number): readonly ViewBlock[] {
  const unlock = button({ actionId: "home-unlock", label: homeWords.unlock, value: `${one.environment}` });
  return [section(oneLine(lockSentence(one, now), 2_900)), ...actions(`lock/${one.environment}`, [unlock])];
}

function serviceBlocks(service: HomeView["services"][number], now: number): readonly ViewBlock[] {
  const texts = service.environments.flatMap((standing) => [
    `• ${standing.name}: ${liveSentence(standing, now)}`,
    ...standingSentences(standing, now).map((line) => `\u00a0\u00a0\u00a0\u00a0${line}`),
  ]);
  return [
    section(`*${oneLine(service.service, 200)}* (${oneLine(service.repository, 250)})`),
    ...textLines(texts.length === 0 ? ["No environments yet."] : texts, 3),
    ...textLines(demosInShort(service.demos), 1),
  ];
}
