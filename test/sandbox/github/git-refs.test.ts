/** The sandbox's refs, which it writes without git, are the ones that git finds. */
import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type BareRepository, createBareRepository, noCommit } from "../../../sandbox/github/git/bare-repository.ts";
import { isGoodRef } from "../../../sandbox/github/git/ref-files.ts";
import { gitEnvironment } from "../../../sandbox/github/git/run-git.ts";
import { writeCommit } from "../../../sandbox/github/git/writing.ts";

let folder: string;
let repository: BareRepository;
let one: string;
let two: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sandbox-refs-"));
  repository = await createBareRepository(folder, "main");
  const author = { name: "Ada", email: "ada@example.com", seconds: 1_700_000_000 };
  one = await writeCommit(repository, { parent: undefined, changes: [], message: "One", author });
  two = await writeCommit(repository, { parent: one, changes: [], message: "Two", author });
});
afterAll(async () => {
  await repository.close();
  await rm(folder, { recursive: true, force: true });
});

function git(...args: readonly string[]): string {
  return execFileSync("git", [...args], { cwd: folder, env: gitEnvironment(), encoding: "utf8", stdio: "pipe" });
}

const kept = () => [...repository.refs].map(([ref, sha]) => `${sha} ${ref}`).sort();

const moved = (...updates: readonly (readonly [ref: string, before: string, after: string])[]) =>
  repository.exclusive(() => repository.updateRefs(updates.map(([ref, before, after]) => ({ ref, before, after }))));

test("refs are made, moved and deleted, and a name that was a folder's is free again", async () => {
  await moved(["refs/heads/main", noCommit, one], ["refs/heads/topic/deep/er", noCommit, one]);
  await moved(["refs/heads/main", one, two], ["refs/pull/1/head", noCommit, two], ["refs/tags/v1", noCommit, one]);
  await moved(["refs/heads/topic/deep/er", one, noCommit], ["refs/tags/v0", noCommit, noCommit]);
  await moved(["refs/heads/topic", noCommit, two]);
  const listed = git("for-each-ref", "--format=%(objectname) %(refname)").trim().split("\n");
  expect(listed).toEqual([
    `${two} refs/heads/main`,
    `${two} refs/heads/topic`,
    `${two} refs/pull/1/head`,
    `${one} refs/tags/v1`,
  ]);
  expect(kept()).toEqual(listed.toSorted());
  expect(git("symbolic-ref", "HEAD").trim()).toBe("refs/heads/main");
  expect(git("fsck", "--strict")).toBe("");
});

test.each([
  { what: "what has moved since", ref: "refs/heads/main", before: () => one, says: "not at" },
  { what: "what is there already", ref: "refs/heads/main", before: () => noCommit, says: "not at" },
  { what: "what is not there", ref: "refs/heads/gone", before: () => one, says: "not at" },
  { what: "a name under another's", ref: "refs/heads/main/x", before: () => noCommit, says: "cannot be made" },
  { what: "a name above another's", ref: "refs/pull/1", before: () => noCommit, says: "cannot be made" },
  { what: "a name that is none", ref: "refs/heads/../../config", before: () => noCommit, says: "cannot be made" },
  { what: "an object that is not there", after: () => "f".repeat(40), says: "not there" },
  { what: "a branch at what is no commit", after: () => repository.write("blob", Buffer.from("x")), says: "a blob" },
])("nothing moves with $what", async ({ ref = "refs/heads/new", before = () => noCommit, after = () => two, says }) => {
  const was = kept();
  const other = ["refs/heads/other", noCommit, one] as const;
  await expect(moved(other, [ref, before(), after()])).rejects.toThrow(says);
  expect(kept()).toEqual(was);
  expect(await repository.reload()).toEqual([]);
});

test("names are those that git takes", () => {
  const good = [
    "refs/heads/a",
    "refs/heads/a/b.c-d_e",
    "refs/tags/v1.0.0",
    "refs/heads/é",
    "refs/heads/a@b",
    "refs/pull/1/head",
  ];
  const bad = [
    "main",
    "refs/heads/",
    "refs/heads/a b",
    "refs/heads/a..b",
    "refs/heads/.a",
    "refs/heads/a/.b",
    "refs/heads/a.",
  ];
  const worse = [
    "refs/heads/a.lock",
    "refs/heads/a.lock/b",
    "refs/heads/a//b",
    "refs/heads/a@{1}",
    "refs/heads/a~1",
    "refs/heads/\x01",
  ];
  expect(good.filter((ref) => !isGoodRef(ref))).toEqual([]);
  expect([...bad, ...worse].filter(isGoodRef)).toEqual([]);
});
