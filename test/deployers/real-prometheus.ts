/** A real Prometheus for tests, the machine's own, that scrapes one page of numbers many times a second. */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const usualPlaces = ["/usr/bin/prometheus", "/usr/local/bin/prometheus", "/bin/prometheus"];

/** The program's path: what `PROMETHEUS_PATH` names, else one of the usual places; undefined when there is none. */
export function prometheusPath(env: Readonly<Record<string, string | undefined>> = process.env): string | undefined {
  const named = env["PROMETHEUS_PATH"];
  const places = named === undefined || named === "" ? usualPlaces : [named];
  return places.find((place) => existsSync(place));
}

/** What a machine without it is told; in CI these tests are never skipped. */
export const withoutPrometheus =
  "The tests with a Prometheus are skipped: there is none here. Install Debian's `prometheus`, or name one in PROMETHEUS_PATH.";

export type RealPrometheus = {
  readonly url: string;
  /** What the page of numbers says from now on, in the text format of Prometheus. */
  expose(numbers: string): void;
  close(): Promise<void>;
};

export async function startPrometheus(program: string): Promise<RealPrometheus> {
  let numbers = "";
  const page = createServer((_request, response) => void response.end(numbers));
  await new Promise<void>((resolve) => page.listen(0, "127.0.0.1", resolve));
  const { port } = page.address() as AddressInfo;
  const folder = mkdtempSync(join(tmpdir(), "signalbox-prometheus-"));
  const config = join(folder, "prometheus.yml");
  writeFileSync(
    config,
    `{global: {scrape_interval: 100ms, scrape_timeout: 100ms}, scrape_configs: [{job_name: shop, static_configs: [{targets: ["127.0.0.1:${port}"]}]}]}\n`,
  );
  const child = spawn(
    program,
    [`--config.file=${config}`, `--storage.tsdb.path=${join(folder, "data")}`, "--web.listen-address=127.0.0.1:0"],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const url = await addressOf(child.stderr.setEncoding("utf8"));
  return {
    url,
    expose: (text) => {
      numbers = text;
    },
    async close() {
      child.kill("SIGTERM");
      await ended;
      page.close();
      page.closeAllConnections();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The port is its own choice, and its log names it. */
async function addressOf(log: AsyncIterable<string>): Promise<string> {
  let read = "";
  // Read to the end, or it would wait for a reader.
  return await new Promise((resolve, reject) => {
    void (async () => {
      for await (const text of log) {
        if (read !== "found") read += text;
        const found = /address=(127\.0\.0\.1:[1-9]\d*)/u.exec(read)?.[1];
        if (found === undefined) continue;
        read = "found";
        resolve(`http://${found}`);
      }
      reject(new Error(`Prometheus did not start: ${read}`));
    })().catch(reject);
  });
}
