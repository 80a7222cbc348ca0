/** One `run:` step: bash with GitHub's own options, in a process group of its own, so that all of it can be ended. */
import { spawn } from "node:child_process";

export type Ended = { readonly code: number };
export type Running = { readonly ended: Promise<Ended>; kill(): void };

export function runStep(
  script: string,
  options: {
    readonly folder: string;
    readonly env: Readonly<Record<string, string>>;
    readonly write: (text: string) => void;
  },
): Running {
  const child = spawn("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", script], {
    cwd: options.folder,
    env: { ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  child.stdout.on("data", (chunk: Buffer) => options.write(chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => options.write(chunk.toString()));
  return {
    ended: new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code) => resolve({ code: code ?? 143 }));
    }),
    kill() {
      if (child.pid === undefined || child.exitCode !== null) return;
      try {
        process.kill(-child.pid, "SIGTERM");
      } catch {
        // It has ended in this very moment.
      }
    },
  };
}
