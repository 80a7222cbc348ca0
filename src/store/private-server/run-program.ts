/** Runs one of PostgreSQL's programs to its end. It sees nothing of the bot's own environment. */
import type { Context } from "../../context.ts";
import type { ServerUser } from "./server-user.ts";

/** Enough for the programs to find the shell, and messages in English whatever the machine speaks. */
export const programEnvironment = { PATH: "/usr/local/bin:/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" } as const;

/** The end of what it said is where the reason stands. */
const outputAtMost = 4_000;

export type ProgramEnd = { readonly code: number | null; readonly output: string };

/** Rejects only when the program could not be started at all. */
export function runProgram(
  context: Context,
  user: ServerUser | undefined,
  program: string,
  parameters: readonly string[],
): Promise<ProgramEnd> {
  return new Promise((resolve, reject) => {
    const child = context.processes.spawn(program, parameters, {
      ...user?.ids,
      env: programEnvironment,
      cwd: "/",
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    const keep = (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-outputAtMost);
    };
    child.stdout?.on("data", keep);
    child.stderr?.on("data", keep);
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, output: output.trim() }));
  });
}
