#!/usr/bin/env node
/**
 * The command line: checks a pipeline file before it is pushed, prints the JSON Schema for editors, and says how the bot
 * reads a command. It reads the file that it is given and nothing else; it never talks to GitHub, Slack or a database.
 */
import { basename, dirname, resolve } from "node:path";
import { commandNames } from "./commands/command.ts";
import { parseCommand } from "./commands/parse.ts";
import { createContext } from "./context.ts";
import { optional } from "./optional.ts";
import type { Mistake } from "./policy/pipeline.ts";
import { readPipelineFile } from "./policy/pipeline-file/read.ts";
import { pipelineJsonSchemaText } from "./policy/pipeline-file/schema-json.ts";
import { listInWords, timeInWords } from "./wording/phrases.ts";
import { wordReply } from "./wording/reply.ts";

const usage = `signalbox check <file>    check a pipeline file; tells every mistake and exits with 1 if there is one
signalbox schema          print the JSON Schema of the pipeline file
signalbox read <command>  say how the bot reads a command, such as '/deploy v1.4 to staging'; nothing is carried out
signalbox --help          print this
`;

type Answer = { readonly code: number; readonly out?: string; readonly err?: string };

async function answer(args: readonly string[]): Promise<Answer> {
  const [command, file, ...rest] = args;
  if (command === undefined) return { code: 2, err: usage };
  if (command === "--help" || command === "-h" || command === "help") return { code: 0, out: usage };
  if (command === "schema" && file === undefined) return { code: 0, out: pipelineJsonSchemaText() };
  if (command === "check" && file !== undefined && rest.length === 0) return check(file);
  if (command === "read" && file !== undefined) return readCommand([file, ...rest].join(" "));
  return { code: 2, err: `Not understood: ${args.join(" ")}\n\n${usage}` };
}

async function check(file: string): Promise<Answer> {
  let text: string;
  try {
    text = await createContext().files.readFile(file, "utf8");
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { code: 2, err: `${file} could not be read: ${why}\n` };
  }
  // Only the default name of the service comes from here, so a folder's name serves as well as the repository's.
  const folder = dirname(resolve(file));
  const repository = basename(basename(folder) === ".github" ? dirname(folder) : folder);
  const reading = readPipelineFile({ sources: [{ name: file, text }], repository });
  const extending = /^_extends\s*:/mu.test(text) ? "It extends another file, which was not read.\n" : "";
  switch (reading.kind) {
    case "absent":
      return { code: 2, err: `${file} was not found\n` };
    case "mistakes":
      return { code: 1, err: `${reading.mistakes.map(line).join("")}${counted(reading.mistakes.length)}${extending}` };
    case "good": {
      const environments = reading.pipeline.services.flatMap((service) => service.environments.map(({ name }) => name));
      return { code: 0, out: `${file} is right. Environments, in order: ${environments.join(", ")}.\n${extending}` };
    }
  }
}

/** By the one parser of Slack and comments: a slip is told here as it is there. */
function readCommand(text: string): Answer {
  const [, first = "", words = ""] = /^\s*\/?(\S+)\s*(.*)$/su.exec(text) ?? [];
  const name = commandNames.find((known) => known === `/${first.toLowerCase()}`);
  if (name === undefined) {
    return { code: 2, err: `A command begins with ${listInWords(commandNames, "or")}.\n` };
  }
  const now = createContext().clock.now();
  const reading = parseCommand(name, words, now);
  if (reading.kind === "problem") {
    return { code: 1, err: `${wordReply({ code: "command-problem", problem: reading.problem }, { now })}\n` };
  }
  const { command } = reading;
  if (command.kind === "help") {
    const topic = optional("topic", command.topic);
    return { code: 0, out: `${wordReply({ code: "help", ...topic }, { now })}\n` };
  }
  const parts = Object.entries(command).map(([key, value]) => {
    return `${key}: ${key === "until" && typeof value === "number" ? timeInWords(value) : value}\n`;
  });
  return { code: 0, out: parts.join("") };
}

function line(mistake: Mistake): string {
  const { file, path, found, expected } = mistake;
  const near = mistake.nearest === undefined ? "" : ` The nearest is ${mistake.nearest}.`;
  return `${file}:${mistake.line}:${mistake.column} ${path}: found ${found}, expected ${expected}.${near}\n`;
}

function counted(mistakes: number): string {
  return mistakes === 1 ? "1 mistake.\n" : `${mistakes} mistakes.\n`;
}

const { code, out, err } = await answer(process.argv.slice(2));
if (out !== undefined) process.stdout.write(out);
if (err !== undefined) process.stderr.write(err);
process.exitCode = code;
