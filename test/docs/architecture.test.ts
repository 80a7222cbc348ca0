/** ARCHITECTURE.md names what there is: every dependency, folder, index, trigger and file that it speaks of. */
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { statuses } from "../../src/policy/model.ts";
import { events, transition } from "../../src/policy/transitions.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const read = (path: string) => readFileSync(join(root, path), "utf8");
const page = read("ARCHITECTURE.md");

const named = z.record(z.string(), z.string());
const manifest = z
  .object({ dependencies: named, optionalDependencies: named, devDependencies: named })
  .parse(JSON.parse(read("package.json")));

function section(heading: string): string {
  return page.split(new RegExp(`^## ${heading}$`, "mu"))[1]?.split(/^## /mu)[0] ?? "";
}

const quotes = (text: string) => [...text.matchAll(/`([^`]+)`/gu)].map(([, inside]) => inside ?? "");
const rowsOf = (text: string) =>
  text
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .map((line) => line.split(/(?<!\\)\|/u).slice(1, -1));

describe("ARCHITECTURE.md", () => {
  test("has every dependency with its version, and no other", () => {
    const listed = rowsOf(section("Dependencies")).flatMap(([names = "", versions = ""]) => {
      const all = versions.split(",").map((version) => version.trim());
      return quotes(names).map((name, i) => [name, all.length === 1 ? all[0] : all[i]]);
    });
    const wanted = { ...manifest.dependencies, ...manifest.optionalDependencies, ...manifest.devDependencies };
    expect(Object.fromEntries(listed)).toEqual(wanted);
  });

  test("has every transition of the table, and no other", () => {
    let from: readonly string[] = [];
    const listed = rowsOf(section("A deployment's life")).flatMap(([statusCell = "", onCell = "", toCell = ""]) => {
      if (quotes(onCell).length === 0) return [];
      from = statusCell.trim() === "" ? from : quotes(statusCell);
      // Before a colon stand the events; what follows explains them and may name a gate.
      const on = quotes(onCell.split(":")[0] ?? "");
      const to = quotes(toCell);
      return from.flatMap((status) => on.map((event, i) => `${status} ${event} ${to[i] ?? to[0]}`));
    });
    const wanted = statuses.flatMap((status) =>
      events.flatMap((event) => {
        const to = transition(status, event);
        return to === undefined ? [] : [`${status} ${event} ${to}`];
      }),
    );
    expect(listed.toSorted()).toEqual(wanted.toSorted());
  });

  test("names files and folders that are there, and maps every folder of src", () => {
    const paths = quotes(page).filter((text) => /^[\w./-]+\/[\w./-]*$|^[\w/-]+\.(?:ts|json|yml)$/u.test(text));
    const missing = paths
      .filter((path) => !/^(?:attempts|exit\.json|operator\.yml)/u.test(path))
      .filter((path) => !["", "src/"].some((base) => existsSync(join(root, base, path))));
    expect(missing.filter((path) => globSync(`src/**/${path}`, { cwd: root }).length === 0)).toEqual([]);
    const map = section("Code map");
    const folders = globSync("src/*/", { cwd: root }).map((path) => path.replace(/^src\//u, "").replace(/\/?$/u, "/"));
    expect(folders.filter((folder) => !map.includes(`\`src/${folder}\``) && !map.includes(`\`${folder}\``))).toEqual(
      [],
    );
  });

  test("names indexes and triggers that a migration makes", () => {
    const migrations = globSync("src/store/migrations/*.ts", { cwd: root }).map(read).join("\n");
    const wanted = [...section("Invariants").matchAll(/(?:unique index|triggers?|and) `(\w+_\w+)`/gu)].map(
      ([, name]) => name ?? "",
    );
    expect(wanted.length).toBeGreaterThan(6);
    expect(wanted.filter((name) => !new RegExp(`(?:index|trigger) ${name}\\b`, "u").test(migrations))).toEqual([]);
  });

  test("names every family of fault points, and no other", () => {
    const points = globSync("src/**/*.ts", { cwd: root }).flatMap((path) =>
      [...read(path).matchAll(/faults\.at\("([a-z-]+)\./gu)].map(([, family]) => family ?? ""),
    );
    const sentence = /The families: ([\s\S]*?)\. A new step/u.exec(page)?.[1] ?? "";
    expect(quotes(sentence).toSorted()).toEqual([...new Set(points)].toSorted());
  });
});
