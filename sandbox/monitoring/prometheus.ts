/**
 * Prometheus, for instant queries that select series: `name{label="value"}`. Anything else of PromQL it refuses, as a
 * real one refuses what it cannot read. It scrapes at the moment of the question: the `metrics.txt` of every place, whose
 * folder is the label `job`.
 */
import { basename, dirname, join } from "node:path";
import type { Context } from "../../src/context.ts";
import type { MonitoringAnswer, MonitoringRequest } from "./exchange.ts";

type Labels = Readonly<Record<string, string>>;
type Series = { readonly name: string; readonly labels: Labels; readonly value: string };

const line = /^([a-zA-Z_:][\w:]*)(?:\{([^}]*)\})?[ \t]+(\S+)$/u;
const selector = /^\s*([a-zA-Z_:][\w:]*)\s*(?:\{([^}]*)\})?\s*$/u;
const label = /^\s*([a-zA-Z_]\w*)\s*=\s*"([^"\\]*)"\s*$/u;

/** Undefined when it is none. */
function labelsOf(text: string): Labels | undefined {
  const labels: Record<string, string> = {};
  for (const part of text.split(",").filter((one) => one.trim() !== "")) {
    const [, name, value] = label.exec(part) ?? [];
    if (name === undefined || value === undefined) return undefined;
    labels[name] = value;
  }
  return labels;
}

async function scrape(context: Context, siteDir: string): Promise<readonly Series[]> {
  const paths = await context.files.readdir(siteDir, { recursive: true });
  const pages = paths.filter((path) => basename(path) === "metrics.txt" && dirname(path) !== ".");
  const read = pages.map(async (path) => {
    // A place may be written anew at this very moment.
    const text = await context.files.readFile(join(siteDir, path), "utf8").catch(() => "");
    return text.split("\n").flatMap((one): Series[] => {
      const [, name, labels = "", value] = line.exec(one.trim()) ?? [];
      if (name === undefined || value === undefined) return [];
      return [{ name, labels: { ...labelsOf(labels), job: dirname(path) }, value }];
    });
  });
  return (await Promise.all(read)).flat();
}

export function createPrometheus(context: Context, siteDir: string) {
  return {
    async answer({ method, path, query, body }: MonitoringRequest): Promise<MonitoringAnswer> {
      if (path !== "/api/v1/query")
        return { status: 404, body: { status: "error", errorType: "not_found", error: "" } };
      const text = (method === "POST" ? new URLSearchParams(body) : query).get("query") ?? "";
      const [, name, inBraces = ""] = selector.exec(text) ?? [];
      const wanted = labelsOf(inBraces);
      if (name === undefined || wanted === undefined) {
        const error = `parse error: this Prometheus reads name{label="value"} only, not ${text}`;
        return { status: 400, body: { status: "error", errorType: "bad_data", error } };
      }
      const now = context.clock.now() / 1_000;
      const result = (await scrape(context, siteDir))
        .filter((one) => one.name === name && Object.entries(wanted).every(([key, value]) => one.labels[key] === value))
        .map((one) => ({ metric: { __name__: one.name, ...one.labels }, value: [now, one.value] }));
      return { status: 200, body: { status: "success", data: { resultType: "vector", result } } };
    },
  };
}
