/** What is exported is somebody's to import: an export that only its own file uses tells a reader otherwise. */
import { globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { expect, test } from "vitest";
import { root } from "./sources.ts";

/** Loaded by a tool, which asks for these names. */
const askedByTools = new Set(["test/harness/global-setup.ts setup", "test/harness/global-setup.ts teardown"]);

type Files = ReadonlyMap<string, string>;

/** `path name` for each import of a file of ours; `path *` where all of it is taken. */
function imported(files: Files): ReadonlySet<string> {
  const found = new Set<string>();
  for (const [path, text] of files) {
    const add = (to: string | undefined, name: string) =>
      void found.add(`${normalize(join(dirname(path), to ?? ""))} ${name}`);
    for (const [, what = "", to] of text.matchAll(/^(?:import|export)\s+([^;"'=]*?)\s*from\s+"(\.[^"]+)"/gmu)) {
      if (what.includes("*")) add(to, "*");
      for (const name of /\{([^}]*)\}/u.exec(what)?.[1]?.split(",") ?? []) {
        add(
          to,
          name
            .trim()
            .replace(/^type\s+/u, "")
            .split(" as ")[0] ?? "",
        );
      }
    }
    for (const [, to] of text.matchAll(/\bimport\(\s*"(\.[^"]+)"/gu)) add(to, "*");
  }
  return found;
}

/** Values only: a type is exported with the function that speaks of it, so that whoever calls it can name it. */
function idle(files: Files): readonly string[] {
  const used = imported(files);
  return [...files].flatMap(([path, text]) =>
    used.has(`${path} *`)
      ? []
      : [...text.matchAll(/^export (?:async )?(?:function\*?|const|class) ([\w$]+)/gmu)]
          .map(([, name]) => `${path} ${name}`)
          .filter((one) => !used.has(one)),
  );
}

test("nothing is exported that nobody imports", () => {
  const paths = globSync("{src,sandbox,bench,test,examples}/**/*.{ts,js}", { cwd: root });
  const files = new Map(paths.map((path) => [path, readFileSync(join(root, path), "utf8")]));
  const unknown = idle(files).filter((one) => !askedByTools.has(one));
  // Snippets that the tests of this folder read look like exports of their own.
  expect(unknown.filter((one) => !one.startsWith("test/shape/"))).toEqual([]);
});

test("imports are found however they are written", () => {
  const files = new Map([
    [
      "a/b.ts",
      "export const used = 1;\nexport function renamed() {}\nexport async function idle() {}\nexport type T = 1;\n",
    ],
    ["a/all.ts", "export const any = 1;\n"],
    ["a/late.ts", "export class Late {}\n"],
    [
      "c.ts",
      'import {\n  renamed as other,\n  type used,\n} from "./a/b.ts";\nexport * from "./a/all.ts";\nimport("./a/late.ts");\n',
    ],
  ]);
  expect(idle(files)).toEqual(["a/b.ts idle"]);
});
