import { globSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Import, importsOf, readSources, root, type Source } from "./sources.ts";

const sources = readSources("src/**/*.ts");

/** `file → import` for everything under `from` that `isWrong` finds, so that a failure says what to mend. */
function wrong(from: string, isWrong: (found: Import, source: Source) => boolean): readonly string[] {
  const files = sources.filter(({ path }) => path.startsWith(from));
  expect(files.length).toBeGreaterThan(0);
  return files.flatMap((source) =>
    source.imports.filter((found) => isWrong(found, source)).map((found) => `${source.path} → ${found.to}`),
  );
}

const reaches =
  (...folders: string[]) =>
  (found: Import) =>
    found.own && folders.some((folder) => found.to.startsWith(folder));

const entries = ["src/main.ts", "src/start-bot.ts", "src/start/", "src/cli.ts", "src/config.ts"];
const faces = ["src/github/", "src/slack/", "src/web/", "src/announce/"];

describe("who may import whom", () => {
  test("the policy imports itself and pure libraries, nothing else", () => {
    const pure = [
      "zod",
      "semver",
      "temporal-polyfill",
      "@renovatebot/pep440",
      "smol-toml",
      "re2js",
      "yaml",
      "mdast-util-from-markdown",
      "node:crypto",
    ];
    expect(wrong("src/policy/", ({ to, own }) => (own ? !to.startsWith("src/policy/") : !pure.includes(to)))).toEqual(
      [],
    );
  });

  test("the policy takes nothing but hashing from node:crypto", () => {
    const taken = sources
      .filter(({ path }) => path.startsWith("src/policy/"))
      .flatMap(({ text }) =>
        [...text.matchAll(/import \{([^}]*)\} from "node:crypto"/gu)].map(([, names]) => names?.trim()),
      );
    expect([...new Set(taken)]).toEqual(["createHash"]);
  });

  test("commands know the policy and nothing of the world", () => {
    expect(wrong("src/commands/", ({ to, own }) => !own || !/^src\/(?:commands|policy)\//u.test(to))).toEqual([]);
  });

  test("operations know no face, no wording and no entry point", () => {
    expect(wrong("src/operations/", reaches(...faces, ...entries, "src/wording"))).toEqual([]);
  });

  test("operations reach the store and the deployers by their types alone", () => {
    const isValue = ({ to, own, typeOnly }: Import) => own && !typeOnly && /^src\/(?:store|deployers|jobs)\//u.test(to);
    expect(wrong("src/operations/", isValue)).toEqual([]);
  });

  test("the projections' engine, the deployers, the jobs and the store know no face and no entry point", () => {
    for (const folder of ["src/projections/", "src/deployers/", "src/jobs/", "src/store/"]) {
      expect(wrong(folder, reaches(...faces, ...entries, "src/wording"))).toEqual([]);
    }
  });

  test("GitHub and Slack do not know each other", () => {
    expect(wrong("src/github/", reaches("src/slack/", ...entries))).toEqual([]);
    expect(wrong("src/slack/", reaches("src/github/", ...entries))).toEqual([]);
  });

  test("wording knows codes, and no face", () => {
    expect(wrong("src/wording", reaches(...faces, ...entries, "src/store/"))).toEqual([]);
  });

  test("only main.ts knows of the sandbox, by one import when it is wanted", () => {
    const found = sources.flatMap(({ path, imports }) =>
      imports.filter(reaches("sandbox/")).map(({ to, dynamic }) => ({ path, to, dynamic })),
    );
    expect(found).toEqual([{ path: "src/main.ts", to: "sandbox/main.ts", dynamic: true }]);
  });

  test("the sandbox knows nothing of the bot but the context", () => {
    const found = readSources("sandbox/**/*.ts").flatMap(({ path, imports }) =>
      imports.filter(reaches("src/")).flatMap(({ to }) => (to === "src/context.ts" ? [] : [`${path} → ${to}`])),
    );
    expect(found).toEqual([]);
  });

  test("nothing in src imports tests, benches or examples", () => {
    expect(wrong("src/", reaches("test/", "bench/", "examples/"))).toEqual([]);
  });

  test("files, processes and timers are reached through the context alone", () => {
    const guarded = ["node:fs", "node:fs/promises", "node:child_process", "node:timers", "node:timers/promises"];
    const outside = wrong("src/", (found, { path }) => {
      return path !== "src/context.ts" && guarded.includes(found.to) && !found.typeOnly;
    });
    // The lint lets only the constants of node:fs through: numbers, and no way to a file.
    const constantsOnly = sources
      .filter(({ text }) => /import \{ constants \} from "node:fs"/u.test(text))
      .map(({ path }) => `${path} → node:fs`);
    expect(outside.filter((line) => !constantsOnly.includes(line))).toEqual([]);
  });

  test("a supervisor, which is a process for one start, loads no package and no node:crypto", () => {
    const loaded = new Set(["src/deployers/run/supervisor.ts"]);
    const packages: string[] = [];
    for (const path of loaded) {
      const imports = sources.find((source) => source.path === path)?.imports ?? [];
      for (const { to, own } of imports.filter(({ typeOnly }) => !typeOnly)) {
        if (own) loaded.add(to);
        else if (!to.startsWith("node:") || to === "node:crypto") packages.push(`${path} → ${to}`);
      }
    }
    expect(loaded).toContain("src/deployers/run/carry-out.ts");
    expect(packages).toEqual([]);
  });

  test("every import of a file of ours names a file that is there", () => {
    const all = new Set([...sources, ...readSources("sandbox/**/*.ts")].map(({ path }) => path));
    expect(wrong("src/", ({ to, own }) => own && to.endsWith(".ts") && !all.has(to))).toEqual([]);
  });
});

test("a folder's name says what is in it", () => {
  const empty = ["utils", "util", "helpers", "handlers", "services", "types", "common", "lib", "misc", "shared"];
  const folders = globSync("{src,sandbox,test,bench}/**/*.ts", { cwd: root }).flatMap((path) =>
    path.split("/").slice(0, -1),
  );
  expect([...new Set(folders)].filter((folder) => empty.includes(folder))).toEqual([]);
  const names = globSync("{src,sandbox}/**/*.ts", { cwd: root }).map((path) =>
    path.split("/").at(-1)?.replace(/\.ts$/u, ""),
  );
  expect(names.filter((name) => name !== undefined && empty.includes(name))).toEqual([]);
});

test("imports are read whatever way they are written", () => {
  const text = `import { a } from "./a.ts";
import type { B } from "../b/b.ts";
import {
  c,
  type D,
} from "pkg/deep";
import * as e from "@scope/pkg/deep";
import "./side.ts";
export { f } from "./f.ts";
export type { G } from "node:fs/promises";
const text = "from";
export const h = "x";
const { i } = await import("./i.ts");
`;
  expect(importsOf(text, "src/x/y.ts").map(({ to, typeOnly, dynamic }) => [to, typeOnly, dynamic])).toEqual([
    ["src/x/a.ts", false, false],
    ["src/b/b.ts", true, false],
    ["pkg", false, false],
    ["@scope/pkg", false, false],
    ["src/x/f.ts", false, false],
    ["node:fs/promises", true, false],
    ["src/x/side.ts", false, false],
    ["src/x/i.ts", false, true],
  ]);
});
