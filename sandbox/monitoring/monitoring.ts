/**
 * A Prometheus, a Grafana and a Sentry beside the scene, as far as a deployment bot meets them: one HTTP server with a
 * folder for each. It keeps what it was told, and shows it on one page.
 *
 * They answer in the shapes of the real ones, refuse a wrong token as those do, and know nothing of who asks.
 */
import { createServer } from "node:http";
import type { Context } from "../../src/context.ts";
import { readBody } from "../slack/requests.ts";
import type { MonitoringAnswer, MonitoringRequest } from "./exchange.ts";
import { type Annotation, createGrafana } from "./grafana.ts";
import { monitoringPage } from "./page.ts";
import { createPrometheus } from "./prometheus.ts";
import { createSentry, type Release } from "./sentry.ts";

/** What a bot has to show: Grafana's service account token and Sentry's organisation token. */
export const monitoringTokens = { grafana: "glsa_sandbox_grafana", sentry: "sntrys_sandbox_sentry" } as const;

export type MonitoringView = { readonly annotations: readonly Annotation[]; readonly releases: readonly Release[] };

export type Monitoring = {
  /** Without a slash at the end; `/prometheus`, `/grafana` and `/sentry` are below it. */
  readonly url: string;
  view(): MonitoringView;
  /** The page that people look at. */
  page(): string;
  onChange(listener: () => void): () => void;
  close(): Promise<void>;
};

const shape = /^\/(prometheus|grafana|sentry)(\/.*)$/u;

/** Prometheus scrapes what the scene's places serve, out of `siteDir`. */
export async function openMonitoring(context: Context, siteDir: string, host: string): Promise<Monitoring> {
  const listeners = new Set<() => void>();
  const changed = () => {
    for (const listener of listeners) listener();
  };
  const parts = {
    prometheus: createPrometheus(context, siteDir),
    grafana: createGrafana(monitoringTokens.grafana, changed),
    sentry: createSentry(monitoringTokens.sentry, changed),
  };
  const view = (): MonitoringView => ({ annotations: parts.grafana.annotations(), releases: parts.sentry.releases() });

  async function answer(request: MonitoringRequest): Promise<MonitoringAnswer> {
    const [, part, path = ""] = shape.exec(request.path) ?? [];
    if (part !== "prometheus" && part !== "grafana" && part !== "sentry") {
      return { status: 404, body: { message: "Not found" } };
    }
    return await parts[part].answer({ ...request, path });
  }

  const server = createServer((incoming, response) => {
    const { pathname, searchParams } = new URL(incoming.url ?? "/", "http://monitoring");
    const { authorization = "" } = incoming.headers;
    readBody(incoming)
      .then((body) => {
        const method = incoming.method ?? "GET";
        return answer({ method, path: pathname, query: searchParams, authorization, body: body ?? "" });
      })
      .then(({ status, body }) => {
        response.writeHead(status, { "content-type": "application/json" });
        response.end(JSON.stringify(body));
      })
      .catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, host, resolve);
  });
  const address = server.address();
  return {
    url: `http://${host}:${typeof address === "object" && address !== null ? address.port : 0}`,
    view,
    page: () => monitoringPage(view()),
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
