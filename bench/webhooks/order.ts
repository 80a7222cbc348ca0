/** What the process that makes the load is told, and what it tells. */
import { z } from "zod";

export const orderShape = z.object({
  port: z.number(),
  path: z.string(),
  headers: z.record(z.string(), z.string()),
  body: z.string(),
  requests: z.number(),
  connections: z.number(),
});
export type Order = z.infer<typeof orderShape>;

export const resultShape = z.object({
  /** From the first byte sent to the last answer. */
  tookMs: z.number(),
  /** From a request's first byte to the end of its answer, in ms. */
  answers: z.array(z.number()),
  /** How many answers had each status. */
  statuses: z.record(z.string(), z.number()),
});
export type Result = z.infer<typeof resultShape>;
