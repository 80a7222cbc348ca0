/**
 * Cloning, fetching and pushing by git itself, through `git http-backend`. Callers sign in with a token as the
 * password; what a push changed is told as if it had been made in any other way.
 */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import type { IncomingMessage, ServerResponse } from "node:http";
import { moveRefs } from "../acts/refs.ts";
import { gitEnvironment } from "../git/run-git.ts";
import type { Hub } from "../hub/hub.ts";
import type { Repository } from "../hub/state.ts";
import { Problem } from "../problem.ts";
import { actingAccount, refuseUnseen, type SignIn } from "./sign-in.ts";

const path = /^\/([^/]+)\/([^/]+?)(?:\.git)?\/(info\/refs|git-upload-pack|git-receive-pack)$/;

export function isGitPath(pathname: string): boolean {
  return path.test(pathname);
}

export async function answerGit(
  hub: Hub,
  signIn: SignIn,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? "/", hub.url());
  const [, owner = "", name = "", service = ""] = path.exec(url.pathname) ?? [];
  const repository = hub.repositories.get(`${owner}/${name}`.toLowerCase());
  const push = service === "git-receive-pack" || url.searchParams.get("service") === "git-receive-pack";
  try {
    const actor = signIn.actor(request.headers.authorization);
    // Git asks for a password only after it was refused once, so nobody is refused with a challenge.
    if (actor.kind === "nobody") throw new Problem(401, "Authentication required.");
    refuseUnseen(actor, repository);
    if (repository === undefined) throw new Problem(404, "Repository not found.");
    const by = actingAccount(hub, actor);
    if (push && by.permission === "read") throw new Problem(403, "Permission denied.");
    const start = () => startBackend(hub, repository, `/${service}`, url, by.login, request);
    if (service !== "git-receive-pack") return await passOn(start(), response);
    await repository.git.exclusive(async () => {
      // Of one who has hung up while waiting for the turn, git would wait for the rest.
      if (response.closed) return;
      await passOn(start(), response, async () => {
        const updates = await repository.git.reload();
        await moveRefs(hub, repository, by, updates, { alreadyInGit: true });
      });
    });
  } catch (error) {
    if (!(error instanceof Problem) || response.headersSent) throw error;
    const challenge: Record<string, string> =
      error.status === 401 ? { "www-authenticate": 'Basic realm="GitHub"' } : {};
    response.writeHead(error.status, { "content-type": "text/plain", ...challenge }).end(`${error.message}\n`);
  }
}

function startBackend(
  hub: Hub,
  repository: Repository,
  service: string,
  url: URL,
  user: string,
  request: IncomingMessage,
): ChildProcessWithoutNullStreams {
  const header = (name: string) => {
    const value = request.headers[name];
    return typeof value === "string" ? value : "";
  };
  const child = spawn("git", ["http-backend"], {
    cwd: hub.folder,
    env: gitEnvironment({
      GIT_PROJECT_ROOT: repository.git.folder,
      GIT_HTTP_EXPORT_ALL: "1",
      PATH_INFO: service,
      REQUEST_METHOD: request.method ?? "GET",
      QUERY_STRING: url.search.slice(1),
      CONTENT_TYPE: header("content-type"),
      HTTP_CONTENT_ENCODING: header("content-encoding"),
      GIT_PROTOCOL: header("git-protocol"),
      REMOTE_USER: user,
      REMOTE_ADDR: "127.0.0.1",
      GIT_CONFIG_COUNT: "3",
      GIT_CONFIG_KEY_0: "http.receivepack",
      GIT_CONFIG_VALUE_0: "true",
      GIT_CONFIG_KEY_1: "uploadpack.allowAnySHA1InWant",
      GIT_CONFIG_VALUE_1: "true",
      GIT_CONFIG_KEY_2: "uploadpack.allowFilter",
      GIT_CONFIG_VALUE_2: "true",
    }),
  });
  child.stdin.on("error", () => undefined);
  request.pipe(child.stdin);
  child.stderr.resume();
  return child;
}

/** Passes git's answer on; with `beforeAnswer`, only after that has been done, so that a push is over when it says so. */
function passOn(
  child: ChildProcessWithoutNullStreams,
  response: ServerResponse,
  beforeAnswer?: () => Promise<void>,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let head: Buffer | undefined = Buffer.alloc(0);
    const held: Buffer[] = [];
    const take = (chunk: Buffer) => {
      if (head === undefined) {
        response.write(chunk);
        return;
      }
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf("\r\n\r\n");
      if (end < 0) return;
      const { status, headers } = readHead(head.subarray(0, end).toString());
      response.writeHead(status, headers);
      response.write(head.subarray(end + 4));
      head = undefined;
    };
    const finish = async () => {
      await beforeAnswer?.();
      held.forEach(take);
      if (!response.headersSent) response.writeHead(500);
      response.end();
    };
    child.on("error", reject);
    response.on("close", () => child.kill());
    child.stdout.on("data", (chunk: Buffer) => (beforeAnswer === undefined ? take(chunk) : held.push(chunk)));
    child.on("close", () => finish().then(resolve, reject));
  });
}

function readHead(text: string): { readonly status: number; readonly headers: Record<string, string> } {
  const headers: Record<string, string> = {};
  for (const line of text.split("\r\n")) {
    const at = line.indexOf(":");
    if (at > 0) headers[line.slice(0, at).toLowerCase()] = line.slice(at + 1).trim();
  }
  const status = Number.parseInt(headers["status"] ?? "200", 10);
  delete headers["status"];
  return { status, headers };
}
