/**
 * The shape of `verify`: what proves that a deployment runs. In a list, `http` and `prometheus` are probes, and any other
 * key is the name of a stage; so a stage of these two names there is none.
 */
import * as z from "zod";
import { checkEntry } from "./deployers/check.ts";
import { command, duration, listOf, text, webAddress } from "./shape-parts.ts";

const held = {
  for: duration.optional().describe("How long it must be so, without a break. Default: being so once is enough."),
  within: duration
    .optional()
    .describe("How long it may take until it has been so for long enough. Default: the environment's timeout."),
};

export const probeShape = {
  url: webAddress.describe("What is asked by a GET; {sha}, {version} and the like are filled in."),
  status: z
    .int({ error: "a status code of HTTP, such as 200" })
    .min(100, { error: "a status code of HTTP, such as 200" })
    .max(599, { error: "a status code of HTTP, such as 200" })
    .optional()
    .describe("The status code of a right answer. Default: 200."),
  contains: text("the text that a right answer contains", /\S/u)
    .optional()
    .describe("Text that a right answer contains; {sha}, {version} and the like are filled in."),
  ...held,
};

const bound = z.number({ error: "a number" }).optional();

export const prometheusShape = {
  url: webAddress.describe("The address of Prometheus, without /api/v1."),
  query: text("a query that gives one number", /\S/u).describe(
    "A query that gives one number; {sha}, {version} and the like are filled in.",
  ),
  below: bound.describe("The number must be less than this."),
  above: bound.describe("The number must be greater than this."),
  at_most: bound.describe("The number must be this or less."),
  at_least: bound.describe("The number must be this or greater."),
  ...held,
};

const probe = z.strictObject(probeShape, { error: "what is asked: {url: …}" });
export type Probe = z.infer<typeof probe>;

const prometheus = z.strictObject(prometheusShape, { error: "what is asked: {url: …, query: …, below: …}" });
export type PrometheusProbe = z.infer<typeof prometheus>;

export const verifierShape = {
  run: command.optional().describe("A command, run in a checkout of the revision."),
  confirm: command.optional().describe("A command that is run after `run` succeeded."),
  http: probe.optional(),
  prometheus: prometheus.optional(),
  check: checkEntry.optional(),
};

export const verifierForms = "a command, {run: …}, {http: …}, {prometheus: …} or {check: …}";
const verifier = z.strictObject(verifierShape, { error: verifierForms });
export type Verifier = z.infer<typeof verifier>;

const listed = "a stage, such as `smoke: make smoke`, or a probe, such as `http: {url: …}`";
const item = z
  .object({ http: verifierShape.http, prometheus: verifierShape.prometheus }, { error: listed })
  .catchall(z.union([command, verifier], { error: verifierForms }));

const expected = "a command, or a list such as `- smoke: make smoke` or `- http: {url: …}`";

export const verifyShape = z.union([command, listOf(item, expected).min(1, { error: expected }), verifier], {
  error: expected,
});
