import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openPullRequest, type Started, shop, startSandbox } from "./start-sandbox.ts";

let started: Started;
let folder: string;
beforeAll(async () => {
  started = await startSandbox();
  folder = await mkdtemp(join(tmpdir(), "sandbox-clones-"));
});
afterAll(async () => {
  await started.stop();
  await rm(folder, { recursive: true, force: true });
});

function git(args: readonly string[], cwd = folder): Promise<{ readonly code: number | null; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const identity = {
      GIT_AUTHOR_NAME: "Ada",
      GIT_AUTHOR_EMAIL: "a@x",
      GIT_COMMITTER_NAME: "Ada",
      GIT_COMMITTER_EMAIL: "a@x",
    };
    const env = {
      PATH: process.env["PATH"],
      HOME: folder,
      GIT_TERMINAL_PROMPT: "0",
      GIT_CONFIG_NOSYSTEM: "1",
      ...identity,
    };
    const child = spawn("git", [...args], { cwd, env });
    let text = "";
    child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (text += chunk.toString()));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, text: text.trim() }));
  });
}

async function header(): Promise<string> {
  const { data } = await started.app.rest.apps.getRepoInstallation(shop);
  const made = await started.app.rest.apps.createInstallationAccessToken({ installation_id: data.id });
  const basic = Buffer.from(`x-access-token:${made.data.token}`).toString("base64");
  return `http.extraHeader=Authorization: Basic ${basic}`;
}

const address = () => `${started.github.url}/acme/shop.git`;

test("an installation's token clones, and fetches one commit by its SHA", async () => {
  const auth = await header();
  expect(await git(["-c", auth, "clone", "-q", address(), "whole"])).toMatchObject({ code: 0 });
  expect(await readFile(join(folder, "whole", "Makefile"), "utf8")).toContain("echo deployed");

  const sha = await started.github.commit("acme/shop", "ada", {
    branch: "main",
    message: "A program",
    changes: [
      { path: "bin/deploy", content: "#!/bin/sh\necho hello\n" },
      { path: "README.md", content: null },
    ],
  });
  const one = join(folder, "one");
  await git(["init", "-q", one]);
  expect(await git(["-c", auth, "fetch", "-q", "--depth=1", address(), sha], one)).toMatchObject({ code: 0 });
  expect(await git(["-c", "advice.detachedHead=false", "checkout", "-q", sha], one)).toMatchObject({ code: 0 });
  expect(await git(["ls-files", "-s"], one)).toMatchObject({
    text: expect.stringMatching(/^100644 .*Makefile\n100755 .*bin\/deploy$/),
  });
});

test("the head of a pull request can be fetched after its branch is gone", async () => {
  const number = await openPullRequest(started.github, "gone");
  const head = started.github.view("acme/shop").pullRequests[0]?.head.sha;
  await started.github.deleteBranch("acme/shop", "ada", "gone");
  const listed = await git([
    "-c",
    await header(),
    "ls-remote",
    address(),
    `refs/pull/${number}/head`,
    "refs/heads/gone",
  ]);
  expect(listed.text).toBe(`${head}\trefs/pull/${number}/head`);
});

test("every version of the protocol is spoken, and what git packs before it sends it is unpacked", async () => {
  const auth = await header();
  const listed = await git(["-c", auth, "-c", "protocol.version=2", "ls-remote", address()]);
  expect(listed).toMatchObject({ code: 0, text: expect.stringContaining("refs/heads/main") });
  for (const version of [0, 1]) {
    expect(await git(["-c", auth, "-c", `protocol.version=${version}`, "ls-remote", address()])).toEqual(listed);
  }
  const answer = await fetch(`${address()}/git-upload-pack`, {
    method: "POST",
    headers: {
      Authorization: auth.replace("http.extraHeader=Authorization: ", ""),
      "Content-Type": "application/x-git-upload-pack-request",
      "Content-Encoding": "gzip",
      "Git-Protocol": "version=2",
    },
    body: gzipSync("0014command=ls-refs\n0000"),
  });
  expect(answer.headers.get("content-type")).toBe("application/x-git-upload-pack-result");
  expect(await answer.text()).toContain("refs/heads/main");
});

test("nobody, a wrong token and another's repository are refused", async () => {
  expect(await git(["ls-remote", address()])).toMatchObject({
    code: 128,
    text: expect.stringContaining("could not read Username"),
  });
  const wrong = `http.extraHeader=Authorization: Basic ${Buffer.from("x-access-token:wrong").toString("base64")}`;
  expect((await git(["-c", wrong, "ls-remote", address()])).code).toBe(128);
  await started.github.createRepository("other/thing", { files: { "a.txt": "a" } });
  const other = await git(["-c", await header(), "ls-remote", `${started.github.url}/other/thing.git`]);
  expect(other).toMatchObject({ code: 128, text: expect.stringContaining("not found") });
});

test("a person pushes: branches, pull requests and webhooks follow", async () => {
  const number = await openPullRequest(started.github, "pushed");
  const url = new URL(address());
  url.username = "ada";
  url.password = started.github.tokenOf("ada");
  const work = join(folder, "work");
  await git(["clone", "-q", "-b", "pushed", url.href, work]);
  await writeFile(join(work, "by-hand.txt"), "by hand\n");
  await git(["add", "."], work);
  await git(["commit", "-q", "-m", "By hand"], work);
  expect(await git(["push", "-q", "origin", "HEAD:pushed", "HEAD:refs/tags/v9"], work)).toMatchObject({ code: 0 });
  const { text: sha } = await git(["rev-parse", "HEAD"], work);
  const pull = started.github.view("acme/shop").pullRequests.find((one) => one.number === number);
  expect(pull?.head.sha).toBe(sha);
  await started.github.settled();
  const events = started.github.deliveries().map(({ event, action }) => `${event}.${action}`);
  expect(events.slice(0, 5)).toEqual([
    "create.null",
    "push.null",
    "pull_request.synchronize",
    "check_suite.requested",
    "push.null",
  ]);
  const { data } = await started.octokit.rest.repos.getCommit({ ...shop, ref: "v9" });
  expect(data.sha).toBe(sha);
});

test("a reader may clone and not push", async () => {
  const url = new URL(address());
  url.username = "noor";
  url.password = started.github.tokenOf("noor");
  const work = join(folder, "reader");
  expect(await git(["clone", "-q", url.href, work])).toMatchObject({ code: 0 });
  expect(await git(["push", "-q", "origin", "HEAD:refs/heads/mine"], work)).toMatchObject({
    code: 128,
    text: expect.stringContaining("403"),
  });
});
