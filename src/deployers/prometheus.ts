/**
 * `prometheus` under `verify`: asks a Prometheus for one number, by an instant query, and holds it against bounds.
 *
 * No number is no answer: an empty result, NaN, several series, or whatever else is not one sample, tells nothing.
 * Source of the shapes: Prometheus' documentation of its HTTP API, `GET /api/v1/query`.
 */
import { z } from "zod";
import type { Context } from "../context.ts";
import type { OperatorRules } from "../operations/bot.ts";
import type { StageDefinition } from "../policy/pipeline.ts";
import { deploymentValues, fillIn } from "../policy/value-template.ts";
import { boundsInWords, isWithin, type Sight } from "../policy/verification.ts";
import type { Attempt, Deployer } from "./contract.ts";
import { ask } from "./outbound.ts";
import { createProber, fillAddress, lookTimeoutMs, problemOf } from "./probing.ts";
import { plainLine } from "./run/plain-text.ts";

export type PrometheusOptions = { readonly context: Context; readonly operator: Pick<OperatorRules, "outbound"> };

type PrometheusStage = Extract<StageDefinition["deployer"], { readonly kind: "prometheus" }>;

function definitionOf(attempt: Attempt): PrometheusStage {
  const definition = attempt.stage.deployer;
  if (definition.kind !== "prometheus") throw new Error(`The stage ${attempt.stage.name} does not ask a Prometheus.`);
  return definition;
}

/** A value stands between quotes of one kind or another, and must not end them. */
function inQuotes(value: string): string {
  return value.replace(/["'\\]/gu, "\\$&").replaceAll("`", "");
}

function queryOf(attempt: Attempt) {
  return fillIn(definitionOf(attempt).query, deploymentValues(attempt), inQuotes);
}

function addressOf(attempt: Attempt) {
  const base = fillAddress(definitionOf(attempt).url, attempt);
  return base.kind === "text" ? { ...base, text: `${base.text.replace(/\/+$/u, "")}/api/v1/query` } : base;
}

/** Time in seconds, then the number as text: it may be `NaN`, `+Inf` or `-Inf`. */
const sample = z.tuple([z.number(), z.string()]);

const answerShape = z.union([
  z.object({
    status: z.literal("success"),
    data: z.discriminatedUnion("resultType", [
      z.object({ resultType: z.literal("scalar"), result: sample }),
      z.object({ resultType: z.literal("vector"), result: z.array(z.object({ value: sample })) }),
      z.object({ resultType: z.enum(["matrix", "string"]) }),
    ]),
  }),
  z.object({ status: z.literal("error"), errorType: z.string(), error: z.string() }),
]);

function parse(body: string) {
  try {
    return answerShape.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
}

/** As Prometheus writes numbers. Anything else is none. */
function numberIn(text: string): number | undefined {
  if (/^[+-]?Inf$/u.test(text)) return text.startsWith("-") ? -Infinity : Infinity;
  const value = /^[+-]?(?:\d|\.\d)[\d.eE+-]*$/u.test(text) ? Number(text) : Number.NaN;
  return Number.isNaN(value) ? undefined : value;
}

/** What an answer tells, whatever its status code. */
export function readSight(status: number, body: string, bounds: PrometheusStage["bounds"]): Sight {
  const untold = (says: string): Sight => ({ kind: "untold", says });
  const answer = parse(body);
  if (answer === undefined) return untold(`answered ${status} with what is no answer of a Prometheus`);
  if (answer.status === "error") {
    const says = `Prometheus refused the query: ${plainLine(answer.error, 300)}`;
    // It cannot be read as a query, and never will be; all else may pass.
    return answer.errorType === "bad_data" ? { kind: "untold", says, final: true } : untold(says);
  }
  const { data } = answer;
  if (!("result" in data)) {
    return { kind: "untold", says: `the query gives a ${data.resultType}, and has to give one number`, final: true };
  }
  const values = data.resultType === "scalar" ? [data.result[1]] : data.result.map(({ value }) => value[1]);
  const [value] = values;
  if (value === undefined) return untold("the query gives nothing at present");
  if (values.length > 1) return untold(`the query gives ${values.length} series, and has to give one number`);
  const found = numberIn(value);
  if (found === undefined) return untold(`the query gives ${plainLine(value, 40)}, which is no number`);
  if (isWithin(found, bounds)) return { kind: "right", says: `is ${value}, ${boundsInWords(bounds)}` };
  return { kind: "wrong", says: `is ${value}, not ${boundsInWords(bounds)}` };
}

async function look({ context, operator }: PrometheusOptions, attempt: Attempt): Promise<Sight> {
  const [address, query] = [addressOf(attempt), queryOf(attempt)];
  if (address.kind === "missing" || query.kind === "missing") throw new Error("It was started without its values.");
  const url = `${address.text}?${new URLSearchParams({ query: query.text })}`;
  const answer = await ask(context, operator.outbound, { method: "GET", url, timeoutMs: lookTimeoutMs });
  if (answer.kind === "not-sent" && !answer.mayRetry) return { kind: "untold", says: answer.message, final: true };
  if (answer.kind !== "answered") return { kind: "untold", says: answer.message };
  return readSight(answer.status, answer.body, definitionOf(attempt).bounds);
}

export function createPrometheus(options: PrometheusOptions): Deployer {
  return createProber({
    kind: "prometheus",
    context: options.context,
    rule: definitionOf,
    problem: (attempt) => problemOf(addressOf(attempt), queryOf(attempt)),
    look: (attempt) => look(options, attempt),
  });
}
