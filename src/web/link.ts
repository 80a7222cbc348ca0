/**
 * `GET /link/callback`, to which GitHub sends people back, and `POST /link`, the click that links. Both only read what
 * they were sent and show what `operations/link-steps.ts` made of it.
 */
import type { LinkStep } from "../operations/link-steps.ts";
import { type Answerer, header, refusal } from "./answer.ts";
import type { BodyReader } from "./body.ts";
import { linkPage } from "./link-page.ts";

export type Links = {
  /** Without a code the person said no at GitHub. */
  returned(state: string, code: string | undefined): Promise<LinkStep>;
  confirm(token: string): Promise<LinkStep>;
};

/** A form with one field of 64 letters. */
const bodyAtMost = 4 * 1024;
const stateForm = /^[\w-]{16,128}$/u;
const codeForm = /^[\w.~-]{1,256}$/u;
const tokenForm = /^[0-9a-f]{64}$/u;

export function createLinkPages({ links, readBody }: { readonly links: Links; readonly readBody: BodyReader }): {
  readonly callback: Answerer;
  readonly confirm: Answerer;
} {
  return {
    async callback({ message }) {
      const query = new URLSearchParams((message.url ?? "").split("?", 2)[1] ?? "");
      const state = query.get("state") ?? "";
      const code = query.get("code") ?? undefined;
      if (!stateForm.test(state)) return await linkPage({ kind: "unknown" });
      if (code !== undefined && !codeForm.test(code)) return await linkPage({ kind: "refused" });
      return await linkPage(await links.returned(state, code));
    },
    async confirm({ message }) {
      const type = header(message, "content-type")?.split(";", 1)[0]?.trim().toLowerCase();
      if (type !== "application/x-www-form-urlencoded") return refusal(415, "This address takes the page's form only.");
      const read = await readBody(message, bodyAtMost);
      if (read.kind === "gone") return refusal(400, "The body did not come to its end.");
      if (read.kind === "refused") return read.answer;
      const token = new URLSearchParams(read.body.toString("utf8")).get("token") ?? "";
      return await linkPage(tokenForm.test(token) ? await links.confirm(token) : { kind: "unknown" });
    },
  };
}
