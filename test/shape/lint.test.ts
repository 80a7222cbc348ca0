/** The lint's own bans, tried on snippets: a rule that does not fire protects nothing. */
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { root } from "./sources.ts";

const banned: readonly string[] = [
  "export const a = Date.now();",
  "export const a = Date['now']();",
  "export const a = Date();",
  "export const a = new Date();",
  "export const a = new Date;",
  "export const a = performance.now();",
  "export const a = Math.random();",
  "export const a = crypto.randomUUID();",
  "export const a = globalThis.crypto.randomUUID();",
  "export const a = fetch('https://example.com');",
  "export const a = globalThis.fetch('https://example.com');",
  "setTimeout(() => undefined, 1);",
  "setInterval(() => undefined, 1);",
  "setImmediate(() => undefined);",
  "globalThis.setTimeout(() => undefined, 1);",
  "export const a = AbortSignal.timeout(5);",
  "process.kill(1);",
  "export const a = process.env;",
  "import { randomUUID } from 'node:crypto';\nexport const a = randomUUID();",
  "import { randomBytes } from 'node:crypto';\nexport const a = randomBytes(4);",
  "import { readFileSync } from 'node:fs';\nexport const a = readFileSync('x');",
  "import { readFile } from 'node:fs/promises';\nexport const a = readFile('x');",
  "import { spawn } from 'node:child_process';\nexport const a = spawn('x');",
  "import { setTimeout } from 'node:timers/promises';\nexport const a = setTimeout(1);",
  "import { sql } from 'kysely';\nexport const a = sql`select now()`;",
  "import { sql } from 'kysely';\nexport const a = sql`update t set at = NOW ( ) where id = \u0024{1}`;",
  "import { sql } from 'kysely';\nexport const a = sql`insert into t values (\u0024{1}, gen_random_uuid())`;",
  "export const a = 'select clock_timestamp()';",
  "console.log('x');",
  "export default 1;",
  "export const a: any = 1;",
  "export const a = ((b: string | undefined) => b!.length)('x');",
];

const allowed: readonly string[] = [
  "export const a = new Date(0);",
  "export const a = Date.parse('2026-11-11T00:00:00Z') + Date.UTC(2026, 10, 11);",
  "export const a = Math.max(1, 2);",
  "export const a = (context: { clock: { now(): number } }) => context.clock.now();",
  "export const a = (context: { fetch: typeof globalThis.fetch }) => context.fetch('https://example.com');",
  "import { createHash } from 'node:crypto';\nexport const a = createHash('sha256');",
  "import type { ChildProcess } from 'node:child_process';\nexport type A = ChildProcess;",
  "export const a = 'Snow falls now (again)';",
  "/** Never `now()` and never Date.now(). */\nexport const a = 1;",
];

const report = z.object({
  diagnostics: z.array(z.object({ severity: z.string(), location: z.object({ path: z.unknown() }).nullish() })),
});

/** Lints all the texts at once, each as the file that it is named for, and tells which of them had an error. */
async function lint(folder: string, files: ReadonlyMap<string, string>): Promise<ReadonlySet<string>> {
  for (const [path, text] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), `${text}\n`);
  }
  const biome = join(root, "node_modules/.bin/biome");
  const args = ["lint", "--reporter=json", "--max-diagnostics=none", "."];
  const out = await new Promise<string>((resolve) => {
    execFile(biome, args, { cwd: folder, maxBuffer: 64 * 1024 * 1024 }, (_, stdout) => resolve(stdout));
  });
  const { diagnostics } = report.parse(JSON.parse(out));
  const errors = diagnostics.filter(({ severity }) => severity === "error").map((one) => JSON.stringify(one.location));
  return new Set([...files.keys()].filter((path) => errors.some((location) => location.includes(path))));
}

describe("the lint", () => {
  let folder = "";
  let found: ReadonlySet<string> = new Set();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "signalbox-lint-"));
    await cp(join(root, "lint"), join(folder, "lint"), { recursive: true });
    const config = z
      .record(z.string(), z.unknown())
      .parse(JSON.parse(await readFile(join(root, "biome.json"), "utf8")));
    // Only what belongs to the repository as a whole is left out: a temporary folder is none.
    const { vcs: _vcs, $schema: _schema, ...rest } = config;
    await writeFile(join(folder, "biome.json"), JSON.stringify(rest));
    found = await lint(
      folder,
      new Map([
        ...banned.map((text, i) => [`src/operations/banned-${i}-x.ts`, text] as const),
        ...allowed.map((text, i) => [`src/operations/allowed-${i}-x.ts`, text] as const),
        ["src/context.ts", "export const a = () => [Date.now(), Math.random(), setTimeout(() => undefined, 1)];"],
        ["src/config.ts", "export const a = process.env;"],
        ["test/any-x.ts", "export const a = Date.now();"],
      ]),
    );
  });
  afterAll(() => rm(folder, { recursive: true }));

  test.each(banned.map((text, i) => [text, i] as const))("refuses %j", (_, i) => {
    expect(found.has(`src/operations/banned-${i}-x.ts`)).toBe(true);
  });

  test.each(allowed.map((text, i) => [text, i] as const))("lets %j be", (_, i) => {
    expect(found.has(`src/operations/allowed-${i}-x.ts`)).toBe(false);
  });

  test("lets the context, the settings and tests do what they are for", () => {
    expect(["src/context.ts", "src/config.ts", "test/any-x.ts"].filter((path) => found.has(path))).toEqual([]);
  });
});
