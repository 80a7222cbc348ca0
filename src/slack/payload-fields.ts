/** The fields that Slack's payloads are made of, each with its limit. */
import { z } from "zod";
import { isStorable, storable } from "../storable.ts";

export const text = z.string().max(40_000).transform(storable);
export const id = z.string().min(1).max(300).refine(isStorable);
export const timestamp = z.string().regex(/^\d{1,12}\.\d{1,9}$/u);
