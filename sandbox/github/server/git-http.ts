/**
 * Cloning, fetching and pushing by git itself, over the protocol that it calls smart HTTP. Callers sign in with a token
 * as the password; what a push changed is told as if it had been made in any other way.
 *
 * The bytes are those of `git http-backend`, which would start two processes more for each request. The protocol is
 * written down at https://git-scm.com/docs/gitprotocol-http.
 */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createGunzip } from "node:zlib";
import { moveRefs } from "../acts/refs.ts";
import { gitEnvironment } from "../git/run-git.ts";
import type { Hub } from "../hub/hub.ts";
import type { Repository } from "../hub/state.ts";
import { Problem } from "../problem.ts";
import { actingAccount, refuseUnseen, type SignIn } from "./sign-in.ts";

const path = /^\/([^/]+)\/([^/]+?)(?:\.git)?\/(info\/refs|git-upload-pack|git-receive-pack)$/;

type Call = {
  readonly service: "git-upload-pack" | "git-receive-pack";
  /** Asked is what refs there are, and not for objects. */
  readonly advertise: boolean;
  /** What the caller's git speaks, in its own words. */
  readonly protocol: string;
};

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
  const [, owner = "", name = "", what = ""] = path.exec(url.pathname) ?? [];
  const repository = hub.repositories.get(`${owner}/${name}`.toLowerCase());
  const advertise = what === "info/refs";
  const service = advertise ? url.searchParams.get("service") : what;
  const push = service === "git-receive-pack";
  try {
    const actor = signIn.actor(request.headers.authorization);
    // Git asks for a password only after it was refused once, so nobody is refused with a challenge.
    if (actor.kind === "nobody") throw new Problem(401, "Authentication required.");
    refuseUnseen(actor, repository);
    if (repository === undefined) throw new Problem(404, "Repository not found.");
    const by = actingAccount(hub, actor);
    if (push && by.permission === "read") throw new Problem(403, "Permission denied.");
    if (!push && service !== "git-upload-pack") throw new Problem(403, "Please upgrade your git client.");
    const call: Call = { service, advertise, protocol: headerOf(request, "git-protocol") };
    const start = () => startService(repository, call, request);
    if (!push || advertise) return await passOn(call, start(), response);
    await repository.git.exclusive(async () => {
      // Of one who has hung up while waiting for the turn, git would wait for the rest.
      if (response.closed) return;
      await passOn(call, start(), response, async () => {
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

function headerOf(request: IncomingMessage, name: string): string {
  const value = request.headers[name];
  return typeof value === "string" ? value : "";
}

function startService(
  repository: Repository,
  { service, advertise, protocol }: Call,
  request: IncomingMessage,
): ChildProcessWithoutNullStreams {
  const how = advertise ? ["--stateless-rpc", "--advertise-refs"] : ["--stateless-rpc"];
  const child = spawn("git", [service.replace("git-", ""), ...how, "."], {
    cwd: repository.git.folder,
    env: gitEnvironment({
      GIT_PROTOCOL: protocol,
      GIT_CONFIG_COUNT: "2",
      GIT_CONFIG_KEY_0: "uploadpack.allowAnySHA1InWant",
      GIT_CONFIG_VALUE_0: "true",
      GIT_CONFIG_KEY_1: "uploadpack.allowFilter",
      GIT_CONFIG_VALUE_1: "true",
    }),
  });
  child.stdin.on("error", () => undefined);
  // Git packs what it asks for where that is long.
  const packed = headerOf(request, "content-encoding").endsWith("gzip");
  const body = packed ? request.pipe(createGunzip().on("error", () => child.kill())) : request;
  body.pipe(child.stdin);
  child.stderr.resume();
  return child;
}

/** What stands before the refs, but for a caller who speaks the second version of the protocol. */
function preamble({ service, advertise, protocol }: Call): string {
  if (!advertise || /\bversion=2\b/u.test(protocol)) return "";
  const line = `# service=${service}\n`;
  return `${(line.length + 4).toString(16).padStart(4, "0")}${line}0000`;
}

/** Passes git's answer on; with `beforeAnswer`, only after that has been done, so that a push is over when it says so. */
function passOn(
  call: Call,
  child: ChildProcessWithoutNullStreams,
  response: ServerResponse,
  beforeAnswer?: () => Promise<void>,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const held: Buffer[] = [];
    const take = (chunk: Buffer) => {
      if (!response.headersSent) {
        const type = `application/x-${call.service}-${call.advertise ? "advertisement" : "result"}`;
        response.writeHead(200, { "content-type": type, "cache-control": "no-cache" });
        response.write(preamble(call));
      }
      response.write(chunk);
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
