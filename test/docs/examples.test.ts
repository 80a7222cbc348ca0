/** Every example is whole: a page, a scene that opens, pipeline files without a mistake, a story, a line in the README. */
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { exampleNames, openExample } from "../../sandbox/open-example.ts";
import { createContext } from "../../src/context.ts";
import { readPipelineFile } from "../../src/policy/pipeline-file/read.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const readme = readFileSync(join(root, "README.md"), "utf8");
const context = createContext();
const names = await exampleNames(context);

test("there are examples", () => {
  expect(names.length).toBeGreaterThan(0);
});

describe.each(names)("%s", (name) => {
  const folder = join(root, "examples", name);
  const page = readFileSync(join(folder, "README.md"), "utf8");

  test("is opened by its name", async () => {
    const scene = await openExample(context, name);
    expect(scene.name).toBe(name);
    expect(scene.steps.length).toBeGreaterThan(0);
    expect(new Set(scene.steps.map(({ id }) => id)).size).toBe(scene.steps.length);
  });

  test("says when to choose it and how to open it, and tells its story as a test", () => {
    expect(page).toContain("## When to choose it");
    expect(page).toContain(`npm start -- --example ${name}`);
    expect(existsSync(join(folder, "story.test.ts"))).toBe(true);
  });

  test("has a line in the README with its page and its command", () => {
    const line = readme.split("\n").find((one) => one.startsWith("|") && one.includes(`(examples/${name}/README.md)`));
    expect(line).toContain(`npm start -- --example ${name}`);
  });

  const files = globSync("repositories/**/.github/signalbox.yml", { cwd: folder });
  test.each(files)("%s has no mistake, and names the schema for editors", (file) => {
    // A place where the scene writes an address is one, whatever it says.
    const text = readFileSync(join(folder, file), "utf8").replace(/"@\w+URL@"/g, '"http://localhost/"');
    const reading = readPipelineFile({ sources: [{ name: file, text }], repository: "sample" });
    expect(reading.kind === "mistakes" ? reading.mistakes : []).toEqual([]);
    const schema = /\$schema=(\S+)/.exec(text)?.[1] ?? "";
    expect(existsSync(join(folder, file, "..", schema))).toBe(true);
  });
});

test("an example that is not there is told with those that are", async () => {
  await expect(openExample(context, "nothing")).rejects.toThrow(`Those that there are: ${names.join(", ")}`);
});
