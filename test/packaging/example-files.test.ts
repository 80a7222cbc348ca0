/** The files that people copy are as complete as the code, and safe to copy. */
import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { connectingSettings, settingNames } from "../../src/config/settings.ts";
import { complete, read } from "../config/setting-values.ts";

const envExample = readFileSync(".env.example", "utf8");
const compose = z
  .object({
    services: z.object({
      signalbox: z.looseObject({ env_file: z.string(), environment: z.record(z.string(), z.string()) }),
      postgres: z.looseObject({ image: z.string(), healthcheck: z.looseObject({}) }),
    }),
  })
  .parse(parse(readFileSync("compose.yaml", "utf8")));

describe(".env.example", () => {
  it("names every setting, in the order of the code, each with a sentence before it", () => {
    const lines = envExample.split("\n");
    // Node's parser sorts the names, so their order is read from the lines.
    expect(lines.flatMap((line) => /^([A-Z_]+)=/u.exec(line)?.[1] ?? [])).toEqual([...settingNames]);
    expect(Object.keys(parseEnv(envExample)).sort()).toEqual([...settingNames].sort());
    for (const name of settingNames) {
      const above = lines[lines.findIndex((line) => line.startsWith(`${name}=`)) - 1] ?? "";
      expect(above, name).toMatch(name === "GITHUB_CLIENT_SECRET" ? /^GITHUB_CLIENT_ID=$/u : /^# .*[.\w]$/u);
    }
  });

  it("says which settings keep the sandbox closed", () => {
    expect(connectingSettings).toHaveLength(9);
    expect(envExample).toContain("none of the GitHub and Slack credentials set");
  });

  it("copied as it is, changes nothing: the sandbox opens with every default", async () => {
    const general = (await read({})) as unknown;
    expect(await read({}, { "/work-folder/.env": envExample })).toEqual(general);
    const copied = await read(complete, { "/work-folder/.env": envExample });
    const plain = await read(complete);
    if (copied.kind !== "settings" || plain.kind !== "settings") throw new Error("both are complete");
    expect({ ...copied.settings, host: "" }).toEqual({ ...plain.settings, host: "" });
  });
});

describe("compose.yaml", () => {
  it("gives the bot a database and every other setting from the file, and starts with them", async () => {
    const environment = Object.fromEntries(
      Object.entries(compose.services.signalbox.environment).map(([name, value]) => [
        name,
        value.replaceAll(/\$\{POSTGRES_PASSWORD:[^}]*\}/gu, "a1b2c3d4"),
      ]),
    );
    const result = await read({ ...complete, ...environment });
    if (result.kind !== "settings") throw new Error(JSON.stringify(result));
    expect(result.settings).toMatchObject({
      databaseUrl: "postgres://signalbox:a1b2c3d4@postgres:5432/signalbox",
      dataDir: "/data",
      host: "0.0.0.0",
      port: 3000,
    });
    expect(compose.services.signalbox.env_file).toBe(".env");
  });
});

describe("the image", () => {
  const ignored = readFileSync(".dockerignore", "utf8").split("\n");
  const dockerfile = readFileSync("Dockerfile", "utf8");

  it("gets only what is named, and every file that the Dockerfile copies", () => {
    expect(ignored).toContain("*");
    const allowed = ignored.filter((line) => line.startsWith("!")).map((line) => line.slice(1));
    const copied = dockerfile
      .split("\n")
      .filter((line) => line.startsWith("COPY "))
      .flatMap((line) => line.split(/\s+/u).slice(1, -1));
    expect(copied.sort()).toEqual(allowed.sort());
    expect(allowed).not.toContain("sandbox");
  });

  it("starts the bot as npm start and the sandbox do, and compiles it beforehand for just that", () => {
    const { scripts } = z
      .object({ scripts: z.object({ start: z.string() }) })
      .parse(JSON.parse(readFileSync("package.json", "utf8")));
    const [, arenas = "", written = ""] =
      /^(MALLOC_ARENA_MAX=1) node (.*) src\/signalbox\.js$/u.exec(scripts.start) ?? [];
    const flags = written
      .split(" ")
      .map((flag) => JSON.stringify(flag))
      .join(", ");
    expect(flags).toMatch(/^"--.+", "--.+"$/u);
    expect(dockerfile).toContain(`\nENV ${arenas}\n`);
    expect(dockerfile).toContain(`\nCMD ["node", ${flags}, "src/signalbox.js"]`);
    expect(dockerfile).toContain(`\nRUN ["node", ${flags}, "--input-type=module", `);
    const sandbox = /const nodeFlags = \[([^\]]*)\]/u.exec(readFileSync("sandbox/bot-process.ts", "utf8"))?.[1];
    expect(sandbox?.match(/"[^"]*"/gu)?.join(", ")).toBe(flags);
  });

  it("compiles beforehand also what is loaded only when it is wanted first", () => {
    const compiled = /--eval", "(.*)", "--", /u.exec(dockerfile)?.[1];
    const lazily = readFileSync("src/context.ts", "utf8").matchAll(/import\("\.\/([\w-]+\.ts)"\)/gu);
    const names = new Set([...lazily].map(([, name]) => name));
    expect(names.size).toBeGreaterThan(0);
    for (const name of names) expect(compiled).toContain(`await import('./src/${name}')`);
  });

  it("does not run as root", () => {
    const user = dockerfile.lastIndexOf("\nUSER node\n");
    expect(user).toBeGreaterThan(0);
    expect(user).toBeLessThan(dockerfile.indexOf("\nCMD "));
  });
});
