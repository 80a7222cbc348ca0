/**
 * Starts git. Its environment is closed: no settings of the machine or of the person who runs the sandbox reach it,
 * and nothing that is passed in is ever read by a shell.
 */
import { spawn } from "node:child_process";

export type GitEnvironment = Readonly<Record<string, string>>;

export type GitResult = { readonly code: number; readonly stdout: Buffer; readonly stderr: string };

export function gitEnvironment(extra: GitEnvironment = {}): NodeJS.ProcessEnv {
  return {
    PATH: process.env["PATH"] ?? "/usr/bin:/bin",
    LC_ALL: "C.UTF-8",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_TERMINAL_PROMPT: "0",
    ...extra,
  };
}

/** Runs git and gives its result, whatever its exit code. */
export function tryGit(
  folder: string,
  args: readonly string[],
  options: { readonly input?: string | Buffer; readonly environment?: GitEnvironment } = {},
): Promise<GitResult> {
  return new Promise((resolve, reject) => {
    const child = spawn("git", [...args], {
      cwd: folder,
      env: gitEnvironment(options.environment),
      stdio: ["pipe", "pipe", "pipe"],
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
    child.on("error", reject);
    child.on("close", (code) => {
      resolve({ code: code ?? -1, stdout: Buffer.concat(out), stderr: Buffer.concat(err).toString() });
    });
    // A git that ends before it has read everything tells so by its exit code; the broken pipe adds nothing.
    child.stdin.on("error", () => undefined);
    child.stdin.end(options.input ?? "");
  });
}

/** Runs git and gives what it printed; rejects when it failed. */
export async function git(
  folder: string,
  args: readonly string[],
  options: { readonly input?: string | Buffer; readonly environment?: GitEnvironment } = {},
): Promise<string> {
  const result = await tryGit(folder, args, options);
  if (result.code !== 0) throw new Error(`git ${args.join(" ")} ended with ${result.code}: ${result.stderr.trim()}`);
  return result.stdout.toString();
}
