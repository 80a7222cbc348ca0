import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";

const entry = fileURLToPath(new URL("../src/signalbox.js", import.meta.url));
/** Node's own name for what takes the types out of TypeScript. */
const sayWhetherLoaded = `process.on("exit", () =>
  process.stdout.write("stripper " + process.moduleLoadList.some((name) => name.includes("amaro"))));`;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "signalbox-entry-"));
});
afterEach(() => rm(folder, { recursive: true }));

test("a later start finds its code compiled, and loads nothing that strips types", () => {
  const start = () =>
    spawnSync(process.execPath, ["--import", `data:text/javascript,${encodeURIComponent(sayWhetherLoaded)}`, entry], {
      cwd: folder,
      // Nothing but what is missing is said, and it ends.
      env: { PATH: process.env["PATH"], NODE_ENV: "production", NODE_COMPILE_CACHE: "", TMPDIR: folder },
      encoding: "utf8",
    }).stdout;
  expect(start()).toBe("stripper true");
  expect(start()).toBe("stripper false");
});
