/** What the sandbox writes without git is to the letter what git would have written. */
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type BareRepository, createBareRepository, noCommit } from "../../../sandbox/github/git/bare-repository.ts";
import { changedFiles } from "../../../sandbox/github/git/history.ts";
import { emptyTree, tagContent } from "../../../sandbox/github/git/objects.ts";
import { gitEnvironment } from "../../../sandbox/github/git/run-git.ts";
import { type FileWrite, writeCommit } from "../../../sandbox/github/git/writing.ts";

const author = { name: "Ada Hart", email: "ada@example.com", seconds: 1_700_000_000 };

let folder: string;
let repository: BareRepository;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sandbox-objects-"));
  repository = await createBareRepository(join(folder, "ours.git"), "main");
  git(["init", "--quiet", "--bare", join(folder, "theirs.git")]);
});
afterAll(async () => {
  await repository.close();
  await rm(folder, { recursive: true, force: true });
});

function git(args: readonly string[], input: string | Buffer = ""): string {
  return execFileSync("git", [...args], {
    cwd: repository.folder,
    env: gitEnvironment(),
    input,
    encoding: "utf8",
    stdio: "pipe",
  });
}

/** What each commit changes. */
type History = readonly (readonly FileWrite[])[];

const file = (path: string, text = path): FileWrite => ({ path, content: Buffer.from(text) });
const gone = (path: string): FileWrite => ({ path, content: null });

/** The SHA of each commit. */
async function ours(history: History): Promise<readonly string[]> {
  const shas: string[] = [];
  for (const changes of history) {
    shas.push(await writeCommit(repository, { parent: shas.at(-1), changes, message: "A change\n", author }));
  }
  return shas;
}

/** The same commits as git's own `fast-import` makes them. */
function theirs(histories: readonly History[]): readonly (readonly string[])[] {
  const person = `${author.name} <${author.email}> ${author.seconds} +0000`;
  const parts: (string | Buffer)[] = [];
  const data = (content: Buffer) => parts.push(`data ${content.length}\n`, content, "\n");
  let count = 0;
  for (const [at, history] of histories.entries()) {
    parts.push(`reset refs/heads/history-${at}\n`);
    for (const changes of history) {
      count += 1;
      parts.push(`commit refs/heads/history-${at}\nmark :${count}\nauthor ${person}\ncommitter ${person}\n`);
      data(Buffer.from("A change\n"));
      for (const { path, content, executable } of changes) {
        const quoted = `"${path.replace(/[\\"]/g, "\\$&")}"`;
        parts.push(content === null ? `D ${quoted}\n` : `M ${executable ? "100755" : "100644"} inline ${quoted}\n`);
        if (content !== null) data(content);
      }
    }
  }
  for (let mark = 1; mark <= count; mark += 1) parts.push(`get-mark :${mark}\n`);
  const input = Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : part)));
  const shas = git([`--git-dir=${join(folder, "theirs.git")}`, "fast-import", "--quiet", "--force"], input).split("\n");
  return histories.map((history) => shas.splice(0, history.length));
}

function faults(): string {
  return git(["fsck", "--strict", "--full", "--no-dangling"]);
}

const edits: Readonly<Record<string, readonly FileWrite[]>> = {
  "nothing changes": [],
  "add, change and delete": [file("f"), file("e", "new"), gone("a/d")],
  "the last of a folder goes": [gone("a/b/c")],
  "the last of two folders goes": [gone("a/b/c"), gone("a/d")],
  "the last of all goes": [gone("a"), gone("e")],
  "what is not there goes": [gone("x"), gone("a/x/y"), gone("e/x")],
  "a file where a folder was": [file("a")],
  "a folder where a file was": [file("e/f/g")],
  "a folder where a file was, which goes itself": [gone("e"), file("e/f")],
  "a file where a folder was, what was in it goes after": [file("a"), gone("a/d")],
  "there and back": [file("e/f"), file("e"), gone("a/b/c"), file("a/b/c")],
  "a file becomes a program": [{ path: "e", content: Buffer.from("e"), executable: true }],
  "a folder stands where a slash behind its name would": [
    file("e-"),
    file("e0"),
    file("a.b"),
    file("a0"),
    file("a-/x"),
  ],
  "names are ordered by their bytes": [file("é"), file("\u{1f600}"), file("\u{ff5e}"), file("Z"), file('"\\ ')],
  "bytes that are no text, and none at all": [{ path: "n", content: randomBytes(100_000) }, file("o", "")],
};

test("files are added, changed and deleted as git does it", async () => {
  const start = [file("a/b/c"), file("a/d"), file("e")];
  const histories = Object.values(edits).map((changes): History => [start, changes]);
  const named = (shas: readonly (readonly string[])[]) => Object.keys(edits).map((title, at) => [title, shas[at]]);
  expect(named(await Promise.all(histories.map(ours)))).toEqual(named(theirs(histories)));
  expect(faults()).toBe("");
});

const path = fc
  .array(fc.constantFrom("a", "a-", "a.b", "a0", "b", "A", "é"), { minLength: 1, maxLength: 4 })
  .map((names) => names.join("/"));
const change = fc.record({
  path,
  content: fc.option(fc.constantFrom("one", "two", "").map((text) => Buffer.from(text))),
  executable: fc.boolean(),
});

test("any history is, commit for commit, what git makes of it", async () => {
  const histories = fc.array(fc.array(fc.array(change, { maxLength: 6 }), { maxLength: 12 }), { maxLength: 4 });
  const same = fc.asyncProperty(histories, async (all) => {
    expect(await Promise.all(all.map(ours))).toEqual(theirs(all));
  });
  await fc.assert(same, { numRuns: 8 });
  expect(faults()).toBe("");
});

test.each(["", "/a", "a/", "a//b", "./a", "a/../b", ".git/config", "a/.GIT", "a\0b"])("%j is no path", async (bad) => {
  await expect(ours([[file(bad)]])).rejects.toThrow("is no path of a file");
});

test("objects are found by every name that is used, where they were written and in a pack", async () => {
  const [sha = ""] = await ours([[file("a/b/c"), file("e")]]);
  const content = tagContent({ object: sha, type: "commit", name: "v1", message: "One", tagger: author });
  const tag = repository.write("tag", content);
  await repository.updateRefs([
    { ref: "refs/heads/main", before: noCommit, after: sha },
    { ref: "refs/tags/v1", before: noCommit, after: tag },
  ]);
  const suffixes = ["", "^{commit}", "^{tree}", ":a", ":a/b/c", ":e", ":e/f", ":x", ":a/x/y"];
  const names = [sha, tag, sha.slice(0, 12)].flatMap((of) => suffixes.map((suffix) => `${of}${suffix}`));
  const found = () =>
    Promise.all(
      [...names, noCommit].map(async (name) => {
        const object = await repository.object(name);
        return object === undefined ? `${name} missing` : `${object.sha} ${object.type}`;
      }),
    );
  const asGit = git(["cat-file", "--batch-check=%(objectname) %(objecttype)"], [...names, noCommit, ""].join("\n"));
  expect(await found()).toEqual(asGit.trim().split("\n"));
  git(["repack", "-a", "-d", "--quiet"]);
  expect(await found()).toEqual(asGit.trim().split("\n"));
  expect(await repository.tag(tag)).toMatchObject({ object: sha, name: "v1", tagger: author, message: "One" });
  expect(faults()).toBe("");
});

test("what one commit changed against another is told as git tells it, however many ask at once", async () => {
  const many = Array.from({ length: 40 }, (_, line) => `line ${line}\n`).join("");
  const [before = "", after = "", same = ""] = await ours([
    [file("moved.txt", many), file("gone.txt", "one\ntwo\n"), file("kept.txt"), file("end of\n0", "a\n")],
    [
      gone("moved.txt"),
      file("there/moved.txt", many.replace("line 3\n", "")),
      gone("gone.txt"),
      file("new.bin", "\0\u0001"),
      file("end of\n0", "b\n"),
    ],
    [],
  ]);
  const [changed, back, made, nothing] = await Promise.all([
    changedFiles(repository, before, after),
    changedFiles(repository, after, before),
    changedFiles(repository, emptyTree, before),
    changedFiles(repository, after, same),
  ]);
  const named = (files: typeof changed) => files.map(({ status, path }) => `${status} ${path}`);
  expect(changed).toMatchObject([
    { status: "modified", path: "end of\n0", additions: 1, deletions: 1, patch: "@@ -1 +1 @@\n-a\n+b" },
    { status: "removed", path: "gone.txt", additions: 0, deletions: 2 },
    { status: "added", path: "new.bin", additions: 0, deletions: 0 },
    { status: "renamed", path: "there/moved.txt", previousPath: "moved.txt", additions: 0, deletions: 1 },
  ]);
  expect(named(back).toSorted()).toEqual([
    "added gone.txt",
    "modified end of\n0",
    "removed new.bin",
    "renamed moved.txt",
  ]);
  expect(named(made)).toEqual(["added end of\n0", "added gone.txt", "added kept.txt", "added moved.txt"]);
  expect(nothing).toEqual([]);
  await expect(changedFiles(repository, "f".repeat(40), after)).rejects.toThrow("are not two trees");
  expect(named(await changedFiles(repository, before, after))).toHaveLength(4);
});
