/**
 * A GitHub that knows little: for the repositories of an owner it gives one pipeline file and takes checks, comments and
 * issues' ends, and to everything else it answers 404. It remembers what was written.
 */
import { createServer } from "node:http";
import { z } from "zod";

const check = z.object({
  name: z.string(),
  head_sha: z.string(),
  status: z.string(),
  conclusion: z.string().optional(),
  output: z.object({ title: z.string(), summary: z.string() }),
});

export type WrittenCheck = z.infer<typeof check> & { readonly repository: string };

export type StandInGitHub = {
  readonly url: string;
  readonly checks: readonly WrittenCheck[];
  /** `METHOD path` of every call. */
  readonly calls: readonly string[];
  close(): Promise<void>;
};

export async function openStandInGitHub(owner: string, pipeline: string): Promise<StandInGitHub> {
  const checks: WrittenCheck[] = [];
  const calls: string[] = [];
  let ids = 0;

  function answer(method: string, path: string, body: string): { status: number; body: unknown } {
    const [, name = "", rest = ""] = /^\/repos\/([^/]+\/[^/]+)(\/.*)?$/.exec(path) ?? [];
    if (/^\/app\/installations\/\d+\/access_tokens$/.test(path)) {
      return { status: 201, body: { token: "ghs_standin", expires_at: "2999-01-01T00:00:00Z", permissions: {} } };
    }
    if (path === "/app") return { status: 200, body: { slug: "signalbox" } };
    if (path === "/app/installations" || path === "/app/hook/deliveries") return { status: 200, body: [] };
    if (path === "/installation/repositories") return { status: 200, body: { total_count: 0, repositories: [] } };
    if (!name.startsWith(`${owner}/`)) return { status: 404, body: { message: "Not Found" } };
    if (method === "GET" && decodeURIComponent(rest) === "/contents/.github/signalbox.yml") {
      return { status: 200, body: pipeline };
    }
    if (method === "GET" && rest === "/pulls") return { status: 200, body: [] };
    ids += 1;
    if (method === "POST" && rest === "/check-runs") {
      checks.push({ repository: name, ...check.parse(JSON.parse(body)) });
      return { status: 201, body: { id: ids } };
    }
    if (method === "POST" && /^\/issues\/\d+\/comments$/.test(rest)) return { status: 201, body: { id: ids } };
    return { status: 404, body: { message: "Not Found" } };
  }

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { pathname } = new URL(request.url ?? "/", "http://stand-in");
      calls.push(`${request.method} ${pathname}`);
      const { status, body } = answer(request.method ?? "", pathname, Buffer.concat(chunks).toString());
      const text = typeof body === "string";
      const type = text ? "application/vnd.github.v3.raw; charset=utf-8" : "application/json; charset=utf-8";
      response.writeHead(status, { "content-type": type }).end(text ? body : JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the stand-in has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    checks,
    calls,
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
