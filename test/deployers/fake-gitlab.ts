/** A GitLab over HTTP, as far as its pipelines go: one project, whose pipelines have a job `build` and a job `deploy`. */
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

type Job = { id: number; name: string; status: string };
export type FakePipeline = {
  readonly id: number;
  readonly ref: string;
  readonly variables: readonly { readonly key: string; readonly value: string }[];
  status: string;
  jobs: Job[];
};

export type FakeGitLab = {
  readonly url: string;
  readonly pipelines: FakePipeline[];
  /** Methods and paths, oldest first. */
  readonly asked: string[];
  /** The next calls of this method are answered so, after having done what they ask for. */
  misbehave(method: string, ...ways: readonly ((response: ServerResponse) => void)[]): void;
  end(pipeline: FakePipeline, status: "success" | "failed" | "canceled" | "skipped"): void;
  close(): Promise<void>;
};

export const gitlabToken = "glpat-token";

export async function fakeGitLab(): Promise<FakeGitLab> {
  const pipelines: FakePipeline[] = [];
  const asked: string[] = [];
  const ways = new Map<string, ((response: ServerResponse) => void)[]>();
  let ids = 100;
  const id = () => {
    ids += 1;
    return ids;
  };
  const jobsOf = (): Job[] => [
    { id: id(), name: "build", status: "success" },
    { id: id(), name: "deploy", status: "running" },
  ];

  function handle(method: string, path: string, body: string): readonly [number, unknown] {
    if (path === "") return [200, { default_branch: "trunk" }];
    if (method === "POST" && path === "/pipeline") {
      const { ref, variables } = JSON.parse(body);
      if (ref === "none") return [400, { message: { base: ["Reference not found"] } }];
      const made = { id: id(), ref, variables, status: "running", jobs: jobsOf() };
      pipelines.unshift(made);
      return [201, shown(made)];
    }
    if (path === "/pipelines") return [200, pipelines.map(shown)];
    const trace = /^\/jobs\/(\d+)\/trace$/u.exec(path);
    if (trace !== null) return [200, `section_start:1:x\r\u001b[0;mjob ${trace[1]}\nERROR: no route to host\n`];
    const [, number, rest] = /^\/pipelines\/(\d+)(?:\/(\w+))?$/u.exec(path) ?? [];
    const found = pipelines.find((one) => one.id === Number(number));
    if (found === undefined) return [404, { message: "404 Not found" }];
    return within(found, rest);
  }

  function within(found: FakePipeline, rest: string | undefined): readonly [number, unknown] {
    switch (rest) {
      case "jobs":
        return [200, found.jobs];
      case "variables":
        return [200, found.variables];
      case "cancel":
        if (found.status === "running") end(found, "canceled");
        return [200, shown(found)];
      case "retry": {
        // "If there are no failed or canceled jobs in the pipeline, calling this endpoint has no effect."
        const again = (job: Job) => job.status === "failed" || job.status === "canceled";
        if (found.jobs.some(again)) found.status = "running";
        found.jobs = found.jobs.map((job) => (again(job) ? { ...job, id: id(), status: "running" } : job));
        return [201, shown(found)];
      }
      default:
        return [200, shown(found)];
    }
  }

  function shown({ id: number, status, ref }: FakePipeline) {
    return { id: number, status, ref, web_url: `${url}/acme/edge/-/pipelines/${number}` };
  }

  function end(pipeline: FakePipeline, status: "success" | "failed" | "canceled" | "skipped"): void {
    pipeline.status = status;
    pipeline.jobs = pipeline.jobs.map((job) => (job.status === "running" ? { ...job, status } : job));
  }

  const server = createServer(async (request, response) => {
    let body = "";
    for await (const text of request.setEncoding("utf8")) body += String(text);
    const { pathname } = new URL(request.url ?? "", url);
    const method = request.method ?? "";
    const path = pathname.replace("/api/v4/projects/acme%2Fedge", "");
    asked.push(`${method} ${path}`);
    if (request.headers["private-token"] !== gitlabToken) {
      response.writeHead(401).end('{"message":"401 Unauthorized"}');
      return;
    }
    const [code, answer] = handle(method, path, body);
    const way = ways.get(method)?.shift();
    if (way !== undefined) return way(response);
    response.writeHead(code).end(typeof answer === "string" ? answer : JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    pipelines,
    asked,
    misbehave: (method, ...given) => void ways.set(method, [...given]),
    end,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
