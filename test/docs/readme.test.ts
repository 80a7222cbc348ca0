/** The README names what there is: every command, every metric, every file that it links to. */
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { helpOn } from "../../src/commands/help.ts";
import { helpTopics } from "../../src/commands/help-topics.ts";
import { gateNames } from "../../src/policy/model.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const read = (path: string) => readFileSync(join(root, path), "utf8");
const readme = read("README.md");

describe("README.md", () => {
  test("lists every command as its help writes it, and no other", () => {
    const listed = [...readme.matchAll(/^\| `(\/(?:deploy|promote|rollback|rc)\b[^`]*)` \|/gmu)].map(([, usage]) =>
      usage?.replaceAll("\\|", "|"),
    );
    const known = helpTopics.map((topic) => helpOn(topic).usage.replace(" [of <service>]", ""));
    expect(listed).toEqual(known);
  });

  test("names every gate in its order", () => {
    const sentence = /each gate in a sentence: ([\s\S]*?)\. A gate/u.exec(readme)?.[1] ?? "";
    expect([...sentence.matchAll(/`(\w+)`/gu)].map(([, name]) => name)).toEqual([...gateNames]);
  });

  test("names metrics that there are", () => {
    const source = read("src/web/metrics.ts");
    const named = [...readme.matchAll(/`(signalbox_\w+)`/gu)].map(([, name]) => name ?? "");
    expect(named.length).toBeGreaterThan(4);
    expect(named.filter((name) => !source.includes(`name: "${name}"`))).toEqual([]);
  });
});

const pages = globSync(["*.md", "docs/**/*.md"], { cwd: root });

/** As GitHub makes them: lower case, blanks to dashes, everything but letters, digits, `-` and `_` gone. */
function anchorsOf(text: string): readonly string[] {
  return [...text.matchAll(/^#{1,6} (.+)$/gmu)].map(([, heading]) =>
    (heading ?? "")
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .trim()
      .replaceAll(" ", "-"),
  );
}

describe.each(pages)("%s", (page) => {
  const links = [...read(page).matchAll(/\]\(([^)\s]+)\)/gu)].map(([, to]) => to ?? "");

  test("links to files and headings that are there", () => {
    const missing = links
      .filter((to) => !/^[a-z]+:/u.test(to))
      .filter((to) => {
        const [path = "", anchor] = to.split("#");
        const file = path === "" ? page : join(dirname(page), path);
        if (!existsSync(join(root, file))) return true;
        return anchor !== undefined && !anchorsOf(read(file)).includes(anchor);
      });
    expect(missing).toEqual([]);
  });
});
