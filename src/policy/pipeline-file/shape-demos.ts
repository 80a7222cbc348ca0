/** The shape of `demos`: throwaway instances, one for each branch that matches. */
import * as z from "zod";
import type { environmentShape } from "./schema.ts";
import { duration, listOf, text, webAddress } from "./shape-parts.ts";
import { stages } from "./shape-stages.ts";

const pattern = text("a pattern with a *, such as feature-demo/*", /^(?=[^\s]*\*)[^\s!][^\s]{0,199}$/u);
const patterns = "a pattern with a *, such as feature-demo/*, or a list of them";

/** What a demo has in common with an environment is written as there. */
export function demosShape(environment: Pick<typeof environmentShape, "env" | "secrets" | "timeout" | "verify">) {
  const { env, secrets, timeout, verify } = environment;
  return {
    branches: z
      .union([pattern, listOf(pattern, patterns).min(1, { error: patterns }).max(20, { error: "at most 20" })], {
        error: patterns,
      })
      .describe("The branches that get a demo each: * is anything within one part of the name, ** anything."),
    url: webAddress
      .optional()
      .describe("Where a demo is seen, with {slug} for its name: https://{slug}.demo.example.com."),
    ttl: duration.optional().describe("How long after the last push a demo is destroyed. Default: 14d."),
    most: z
      .int({ error: "a whole number from 1 to 100" })
      .min(1, { error: "a whole number from 1 to 100" })
      .max(100, { error: "a whole number from 1 to 100" })
      .optional()
      .describe("How many demos there may be at once. Default: 20."),
    timeout,
    env,
    secrets,
    deploy: stages("a command, or a list of stages such as `- build: make build`").describe(
      "What makes a demo, and makes it anew on each push: one command, or stages in order.",
    ),
    verify,
    destroy: stages("a command, or a list of stages such as `- destroy: make demo-destroy`").describe(
      "What takes a demo away: one command, or stages in order.",
    ),
  };
}
