/** The fields that Slack's payloads are made of, each with its limit. */
import { z } from "zod";

/** PostgreSQL's JSON holds neither NUL nor half a surrogate pair; one such letter would make a delivery unstorable. */
export const text = z
  .string()
  .max(40_000)
  .transform((value) => value.toWellFormed().replaceAll("\u0000", ""));
/** Names and ids are compared, so they are refused rather than mended. */
export const storable = (value: string) => value.isWellFormed() && !value.includes("\u0000");
export const id = z.string().min(1).max(300).refine(storable);
export const timestamp = z.string().regex(/^\d{1,12}\.\d{1,9}$/u);
