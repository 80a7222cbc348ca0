/** The sandbox's Prometheus answers as a real one does; its Grafana and Sentry refuse what the real ones refuse. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Monitoring, monitoringTokens, openMonitoring } from "../../../sandbox/monitoring/monitoring.ts";
import { createContext } from "../../../src/context.ts";
import { prometheusPath, startPrometheus, withoutPrometheus } from "../../deployers/real-prometheus.ts";

/** Scraped by the real one as the job `shop`. */
const numbers = `# TYPE errors_total counter
errors_total{revision="abc"} 3
errors_total{revision="def"} 0
up_since 12.5
`;

let monitoring: Monitoring;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "signalbox-monitoring-"));
  await mkdir(join(folder, "shop"));
  await writeFile(join(folder, "shop", "metrics.txt"), numbers);
  monitoring = await openMonitoring(createContext(), folder, "127.0.0.1");
});
afterAll(async () => {
  await monitoring.close();
  await rm(folder, { recursive: true });
});

/** What a bot reads of an answer. */
async function query(url: string, text: string) {
  const answer = await fetch(`${url}/api/v1/query?${new URLSearchParams({ query: text })}`);
  const { status, errorType, data } = JSON.parse(await answer.text());
  const values = data?.result.map(({ value }: { value: readonly [number, string] }) => value[1]);
  return { code: answer.status, status, errorType, type: data?.resultType, values: values?.toSorted() };
}

describe("Prometheus", () => {
  const program = prometheusPath();
  if (program === undefined) process.stderr.write(`${withoutPrometheus}\n`);

  test.skipIf(program === undefined && process.env["CI"] === undefined)("answers as a real one", async () => {
    const real = await startPrometheus(program ?? "prometheus");
    try {
      real.expose(numbers);
      await expect.poll(async () => (await query(real.url, "up_since")).values, { timeout: 30_000 }).toEqual(["12.5"]);
      for (const text of [
        'errors_total{job="shop", revision="def"}',
        'errors_total{revision="abc"}',
        "errors_total",
        'errors_total{revision="ghi"}',
        "no_such_series",
        "errors_total{revision=",
      ]) {
        expect(await query(`${monitoring.url}/prometheus`, text)).toEqual(await query(real.url, text));
      }
    } finally {
      await real.close();
    }
  });
});

describe("Grafana and Sentry", () => {
  const post = async (path: string, token: string, body: unknown) =>
    await fetch(`${monitoring.url}${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  const annotation = { time: 1, timeEnd: 2, tags: ["deployment"], text: "Deployed <shop>" };
  const releases = "/sentry/api/0/organizations/acme/releases/";

  test("refuse who shows no token of theirs, and what is no annotation or release", async () => {
    expect((await post("/grafana/api/annotations", "guessed", annotation)).status).toBe(401);
    expect((await post(releases, "guessed", { version: "1", projects: ["shop"] })).status).toBe(401);
    expect((await post("/grafana/api/annotations", monitoringTokens.grafana, { text: "" })).status).toBe(400);
    expect((await post(releases, monitoringTokens.sentry, { version: "1" })).status).toBe(400);
    expect((await post(`${releases}1/deploys/`, monitoringTokens.sentry, { environment: "live" })).status).toBe(404);
    expect(monitoring.view()).toEqual({ annotations: [], releases: [] });
  });

  test("keep what they are told, a release once, and show it as text", async () => {
    let changes = 0;
    const forget = monitoring.onChange(() => {
      changes += 1;
    });
    await post("/grafana/api/annotations", monitoringTokens.grafana, annotation);
    const release = { version: "shop@1", projects: ["shop"] };
    expect((await post(releases, monitoringTokens.sentry, release)).status).toBe(201);
    expect((await post(releases, monitoringTokens.sentry, release)).status).toBe(208);
    await post(`${releases}shop%401/deploys/`, monitoringTokens.sentry, { environment: "production" });
    forget();
    expect(changes).toBe(4);
    expect(monitoring.view()).toMatchObject({
      annotations: [annotation],
      releases: [{ version: "shop@1", deploys: [{ environment: "production" }] }],
    });
    expect(monitoring.page()).toContain("Deployed &lt;shop&gt;");
    expect(monitoring.page()).toContain("shop@1");
  });
});
