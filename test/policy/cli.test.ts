import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pipelineJsonSchemaText } from "../../src/policy/pipeline-file/schema-json.ts";

const cli = fileURLToPath(new URL("../../src/cli.ts", import.meta.url));

function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [cli, ...args], (_, out, err) => {
      resolve({ code: child.exitCode ?? -1, out, err });
    });
  });
}

describe("the command line", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "signalbox-cli-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function file(text: string): Promise<string> {
    const path = join(folder, "signalbox.yml");
    await writeFile(path, text);
    return path;
  }

  test("check tells every mistake on a line of its own and exits with 1", async () => {
    const path = await file("chanel: x\nenvironments:\n  staging:\n    deploy: make deploy\n    release: later\n");
    expect(await run("check", path)).toEqual({
      code: 1,
      out: "",
      err: [
        `${path}:1:1 chanel: found chanel, expected one of _extends, service, channel, pull_requests, versions, people, groups, environments, demos, services. The nearest is channel.`,
        `${path}:5:14 environments.staging.release: found "later", expected before, after or off.`,
        "2 mistakes.",
        "",
      ].join("\n"),
    });
  });

  test("check of a right file names the environments", async () => {
    const path = await file("environments: {staging: {deploy: x}, live: {deploy: x, approvals: off}}");
    expect(await run("check", path)).toEqual({
      code: 0,
      out: `${path} is right. Environments, in order: staging, live.\n`,
      err: "",
    });
  });

  test("check of a file that is not there exits with 2", async () => {
    const { code, err } = await run("check", join(folder, "none.yml"));
    expect(code).toBe(2);
    expect(err).toContain("none.yml could not be read: ENOENT");
  });

  test("schema prints the schema", async () => {
    expect(await run("schema")).toEqual({ code: 0, out: pipelineJsonSchemaText(), err: "" });
  });

  test("read says how the bot reads a command, and carries nothing out", async () => {
    expect(await run("read", "/deploy v1.4 to staging")).toEqual({
      code: 0,
      out: "kind: deploy\nenvironment: staging\nrevision: v1.4\n",
      err: "",
    });
    expect(await run("read", "deploy", "stauts")).toMatchObject({
      code: 1,
      err: expect.stringContaining("Did you mean status?"),
    });
    expect(await run("read", "/rc help")).toMatchObject({ code: 0, out: expect.stringMatching(/^\/rc \[cut/u) });
    expect(await run("read", "/ship it")).toEqual({
      code: 2,
      out: "",
      err: "A command begins with /deploy, /promote, /rc or /rollback.\n",
    });
  });

  test("--help, and what is not understood", async () => {
    const help = await run("--help");
    expect(help).toMatchObject({ code: 0, err: "" });
    expect(help.out).toContain("signalbox check <file>");
    expect(await run("chek", "x")).toEqual({ code: 2, out: "", err: `Not understood: chek x\n\n${help.out}` });
  });
});
