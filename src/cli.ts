#!/usr/bin/env node
/**
 * The command line: checks a pipeline file before it is pushed, and prints the JSON Schema for editors. It reads the
 * file that it is given and nothing else; it never talks to GitHub, Slack or a database.
 */
import { basename, dirname, resolve } from "node:path";
import { createContext } from "./context.ts";
import type { Mistake } from "./policy/pipeline.ts";
import { readPipelineFile } from "./policy/pipeline-file/read.ts";
import { pipelineJsonSchemaText } from "./policy/pipeline-file/schema-json.ts";

const usage = `signalbox check <file>    check a pipeline file; tells every mistake and exits with 1 if there is one
signalbox schema          print the JSON Schema of the pipeline file
signalbox --help          print this
`;

type Answer = { readonly code: number; readonly out?: string; readonly err?: string };

async function answer(args: readonly string[]): Promise<Answer> {
  const [command, file, ...rest] = args;
  if (command === undefined) return { code: 2, err: usage };
  if (command === "--help" || command === "-h" || command === "help") return { code: 0, out: usage };
  if (command === "schema" && file === undefined) return { code: 0, out: pipelineJsonSchemaText() };
  if (command === "check" && file !== undefined && rest.length === 0) return check(file);
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
