/** What shapes of the pipeline file are made of. Every `error` is the phrase that follows "expected". */
import * as z from "zod";
import { durationPattern } from "./duration.ts";

export function text(expected: string, pattern: RegExp) {
  return z.string({ error: expected }).regex(pattern, { error: expected });
}

export function listOf<Item extends z.ZodType>(item: Item, expected: string) {
  return z.array(item, { error: expected });
}

export const duration = text("a duration such as 30m, 2h, 14d or 1h30m", durationPattern);
export const flag = z.boolean({ error: "true or false" });
export const command = text("a command, as text", /\S/u);
export const login = text("a GitHub login", /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}(?:\[bot\])?$/u);
export const groupOrLogin = text(
  "the name of a group, a GitHub login, team:<organisation>/<team>, or usergroup:<id>",
  /^(?:[A-Za-z0-9][A-Za-z0-9_.-]{0,99}(?:\[bot\])?|team:[A-Za-z0-9][A-Za-z0-9-]{0,99}\/[a-z0-9_.-]{1,100}|usergroup:S[A-Z0-9]{2,20})$/u,
);
export const webAddress = text("an address that begins with http:// or https://", /^https?:\/\/[^\s/]/u);
export const name = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/u;
export const variable = /^(?!SIGNALBOX_)[A-Za-z_][A-Za-z0-9_]{0,99}$/u;
export const secret = text("the name of a secret: letters, digits and _, not beginning with SIGNALBOX_", variable);
