/** The page between GitHub and a link: who is about to be linked to whom, what was linked, or why nothing was. */
import { html } from "hono/html";
import type { LinkStep } from "../operations/link-steps.ts";
import { wordLinkPage } from "../wording/link.ts";
import type { Answer } from "./answer.ts";
import { page } from "./page.ts";

const statuses: Readonly<Record<LinkStep["kind"], number>> = {
  confirm: 200,
  linked: 200,
  declined: 200,
  unknown: 410,
  refused: 400,
  "no-answer": 503,
};

export async function linkPage(step: LinkStep): Promise<Answer> {
  const { title, lines, button } = wordLinkPage(step);
  const form =
    step.kind === "confirm" && button !== undefined
      ? html`<form method="post" action="../link"><input type="hidden" name="token" value="${step.token}">
<button type="submit">${button}</button></form>`
      : html``;
  const content = html`<h1>${title}</h1>
<div class="state ${step.kind === "linked" ? "ready" : "waiting"}">
${lines.map((line) => html`<div>${line}</div>`)}
</div>
${form}`;
  return await page(`${title} · Signalbox`, content, { status: statuses[step.kind], forms: step.kind === "confirm" });
}
