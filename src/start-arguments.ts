/** What may be written after `npm start --`. Everything else that the bot is told is a setting. */
import { parseArgs } from "node:util";

export type StartArguments =
  | { readonly kind: "start"; readonly example?: string }
  /** Nothing is started: this is printed, and the bot ends with the code. */
  | { readonly kind: "answer"; readonly text: string; readonly code: 0 | 2 };

const usage = `npm start                        the bot; without any settings of GitHub and Slack, its sandbox
npm start -- --example <name>    the sandbox with one of the examples under examples/
npm start -- --help              print this

Settings are read from the environment and from .env: see .env.example.`;

/** `args` are those after the program's name. */
export function readArguments(args: readonly string[]): StartArguments {
  try {
    const options = { example: { type: "string" }, help: { type: "boolean", short: "h" } } as const;
    const { values } = parseArgs({ args: [...args], options, allowPositionals: false });
    if (values.help === true) return { kind: "answer", text: usage, code: 0 };
    return { kind: "start", ...(values.example === undefined ? {} : { example: values.example }) };
  } catch (error) {
    const why = error instanceof Error ? error.message.split(". To specify")[0] : String(error);
    return { kind: "answer", text: `${why}\n\n${usage}`, code: 2 };
  }
}
