/** The checkout: the exact revision, from the repository's own branches and tags, by real git. */
import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { deflateSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createContext } from "../../src/context.ts";
import type { Attempt, Observation } from "../../src/deployers/contract.ts";
import { checkOut, checkOutAhead } from "../../src/deployers/run/checkout.ts";
import { lockFile } from "../../src/deployers/run/file-lock.ts";
import { mirrorOf } from "../../src/deployers/run/mirror.ts";
import { sweepAttempts } from "../../src/deployers/run/sweep.ts";
import { testFaults } from "../harness/fault-points.ts";
import { handleOf, untilEnded } from "./attempts.ts";
import { type RunBench, runBench } from "./run-bench.ts";

let bench: RunBench;
let attempts: Attempt[] = [];

beforeEach(() => {
  bench = runBench();
});

afterEach(async () => {
  await bench.close(attempts);
  attempts = [];
});

const context = createContext();

type Which = { readonly sha?: string; readonly deployment?: number };

function how() {
  mkdirSync(bench.dataDir, { recursive: true });
  return { context, path: process.env["PATH"] ?? "", home: bench.dataDir, signal: new AbortController().signal };
}

function orderOf({ sha = bench.sha, deployment = 1 }: Which) {
  return {
    checkout: deployment,
    repository: { id: 7, fullName: "acme/shop" },
    sha,
    git: { url: bench.repository.path },
  };
}

/** The tree as a supervisor would make it, in this process, because a process for each costs more than the checkout. */
const tree = (which: Which = {}): Promise<string> => checkOut(how(), bench.dataDir, orderOf(which));

/** The same as the bot makes it while a deployment waits. */
const ahead = (which: Which = {}): Promise<boolean> => checkOutAhead(how(), bench.dataDir, orderOf(which));

const version = (at: string) => readFileSync(join(at, "version.txt"), "utf8").trim();

async function run(text: string, options: Parameters<RunBench["attempt"]>[1] = {}): Promise<Observation> {
  const attempt = bench.attempt(text, options);
  attempts.push(attempt);
  return untilEnded(bench.deployer, attempt, handleOf(await bench.deployer.start(attempt)));
}

describe("the tree", () => {
  test("is the exact revision, also when the branch has moved on", async () => {
    const second = bench.repository.commit({ "version.txt": "two\n" });
    const first = await tree({ deployment: 1 });
    expect(version(first)).toBe("one");
    expect(readFileSync(join(first, ".git", "HEAD"), "utf8").trim()).toBe(bench.sha);
    expect(version(await tree({ sha: second, deployment: 2 }))).toBe("two");
  });

  test("is shared by a deployment's stages and by nobody else", async () => {
    expect(await run("echo artefact > built", { deployment: 1 })).toMatchObject({ state: "success" });
    expect(await run("cat built", { deployment: 1 })).toMatchObject({ state: "success", outputTail: "artefact\n" });
    expect(readdirSync(await tree({ deployment: 2 }))).not.toContain("built");
  });

  test("is made anew when a number comes again with another revision", async () => {
    writeFileSync(join(await tree(), "built"), "");
    const second = bench.repository.commit({ "version.txt": "two\n" });
    expect(readdirSync(await tree({ sha: second }))).not.toContain("built");
  });

  test("a checkout that broke off is begun again", async () => {
    const half = join(bench.dataDir, "work", "1", "tree");
    mkdirSync(half, { recursive: true });
    writeFileSync(join(half, "half"), "");
    expect(readdirSync(await tree())).not.toContain("half");
  });

  test("hooks and filters of the repository do not run, and a link stays a link", async () => {
    const { repository } = bench;
    const pwned = join(bench.dataDir, "pwned");
    symlinkSync("/etc", join(repository.path, "link"));
    mkdirSync(join(repository.path, "hooks"), { recursive: true });
    const hook = `#!/bin/sh\ntouch '${pwned}'\n`;
    const sha = repository.commit({ ".gitattributes": "* filter=evil\n", "hooks/post-checkout": hook });
    mkdirSync(join(bench.dataDir, ".config", "git"), { recursive: true });
    // A person's settings, in the very HOME that git is given: they must not be read.
    const settings = `[filter "evil"]\n smudge = touch '${pwned}'\n[core]\n hooksPath = ${repository.path}/hooks\n`;
    writeFileSync(join(bench.dataDir, ".gitconfig"), settings);
    writeFileSync(join(bench.dataDir, ".config", "git", "config"), settings);
    const made = await tree({ sha });
    expect(readlinkSync(join(made, "link"))).toBe("/etc");
    expect(existsSync(pwned)).toBe(false);
  });
});

describe("made ahead", () => {
  const record = (deployment: number) => join(bench.dataDir, "work", String(deployment), "ready.json");

  test("it is what the start would make, the start takes it as it is, and nothing is left beside it", async () => {
    await tree({ deployment: 1 });
    expect(await ahead({ deployment: 2 })).toBe(true);
    writeFileSync(join(bench.dataDir, "work", "2", "tree", "mark"), "");
    const taken = await tree({ deployment: 2 });
    expect(readdirSync(taken).toSorted()).toEqual([...readdirSync(await tree({ deployment: 1 })), "mark"].toSorted());
    expect(readFileSync(join(taken, ".git", "HEAD"), "utf8").trim()).toBe(bench.sha);
    expect(readFileSync(record(2), "utf8")).toBe(readFileSync(record(1), "utf8"));
    expect(readdirSync(join(bench.dataDir, "work")).toSorted()).toEqual(["1", "2"]);
  });

  test("after another start of the machine it is made anew: what was not written out may be gone", async () => {
    await tree({ deployment: 1 });
    await ahead({ deployment: 2 });
    writeFileSync(record(2), readFileSync(record(2), "utf8").replace(/"madeAhead":"[^"]+"/u, '"madeAhead":"another"'));
    writeFileSync(join(bench.dataDir, "work", "2", "tree", "version.txt"), "");
    expect(version(await tree({ deployment: 2 }))).toBe("one");
  });

  test("a revision that was never brought is left to the start, which asks whether a branch reaches it", async () => {
    expect(await ahead()).toBe(false);
    expect(existsSync(join(bench.dataDir, "work", "1"))).toBe(false);
  });

  test("it never touches a tree that is there, not even half of one", async () => {
    await tree({ deployment: 1 });
    const half = join(bench.dataDir, "work", "2", "tree");
    mkdirSync(half, { recursive: true });
    expect(await ahead({ deployment: 2 })).toBe(false);
    expect(readdirSync(half)).toEqual([]);
  });

  test("what broke off before it was there whole is made by the start, and left to the sweep", async () => {
    await tree({ deployment: 1 });
    const faults = testFaults();
    let left: readonly string[] = [];
    faults.arm("run.made-ahead", () => {
      left = readdirSync(join(bench.dataDir, "work"));
      throw new Error("killed");
    });
    const broken = checkOutAhead(
      { ...how(), context: createContext({ faults }) },
      bench.dataDir,
      orderOf({ deployment: 2 }),
    );
    await expect(broken).rejects.toThrow("killed");
    // Under its own name there is nothing yet.
    expect(left.toSorted()).toEqual([expect.stringMatching(/^\.new-/u), "1"]);
    expect(version(await tree({ deployment: 2 }))).toBe("one");
  });

  test("of several who make it at once one wins, and all work in the same", async () => {
    await tree({ deployment: 1 });
    const [, first, second] = await Promise.all([
      ahead({ deployment: 2 }),
      tree({ deployment: 2 }),
      tree({ deployment: 2 }),
    ]);
    expect(first).toBe(second);
    expect(version(first)).toBe("one");
    expect(readdirSync(join(bench.dataDir, "work")).toSorted()).toEqual(["1", "2"]);
  });
});

describe("which revisions", () => {
  test("one that only a pull request's ref reaches is refused, with the reason", async () => {
    const { repository } = bench;
    repository.git("checkout", "--quiet", "--detach");
    const fork = repository.commit({ "evil.txt": "" });
    repository.git("update-ref", "refs/pull/1/head", fork);
    repository.git("checkout", "--quiet", "main");
    const seen = await run("echo ran", { sha: fork });
    expect(seen).toMatchObject({ state: "error", proven: true, outputTail: "" });
    expect(seen.message).toContain("no branch and no tag of acme/shop reaches it");
  });

  test("one that a tag alone reaches is taken", async () => {
    const { repository } = bench;
    repository.git("checkout", "--quiet", "--detach");
    const sha = repository.commit({ "version.txt": "tagged\n" });
    repository.git("tag", "v1.0.0");
    repository.git("checkout", "--quiet", "main");
    expect(version(await tree({ sha }))).toBe("tagged");
  });

  test("one that was deployed before is found again when its branch is gone", async () => {
    const { repository } = bench;
    const branch = "feature/$(id);`id`";
    repository.git("checkout", "--quiet", "-b", branch);
    const sha = repository.commit({ "version.txt": "feature\n" });
    repository.git("checkout", "--quiet", "main");
    expect(version(await tree({ sha, deployment: 1 }))).toBe("feature");
    repository.git("branch", "-D", branch);
    await tree({ sha: repository.commit({ "version.txt": "two\n" }), deployment: 2 });
    expect(version(await tree({ sha, deployment: 3 }))).toBe("feature");
  });

  test("a branch that took the place of a folder of branches does not stop the fetch", async () => {
    const { repository } = bench;
    repository.git("branch", "topic/one");
    await tree({ deployment: 1 });
    repository.git("branch", "-D", "topic/one");
    repository.git("branch", "topic");
    const sha = repository.commit({ "version.txt": "two\n" });
    expect(version(await tree({ sha, deployment: 2 }))).toBe("two");
  });

  test.each(["HEAD", "main", "--upload-pack=touch x", "a".repeat(39), "A".repeat(40)])("%j is none", async (sha) => {
    await expect(tree({ sha })).rejects.toThrow("A revision is a full SHA");
  });

  test.each(["../../etc", "acme/..", "acme", "acme/shop/more", "acme/sh op", "/acme"])(
    "a repository named %j never becomes a path",
    (name) => {
      expect(() => mirrorOf("/data", name)).toThrow("owner/name");
    },
  );
});

describe("the mirror", () => {
  test("locks that a killed git left behind are taken away", async () => {
    await tree({ deployment: 1 });
    const { folder } = mirrorOf(bench.dataDir, "acme/shop");
    const packs = ["tmp_pack_1a2b", ".tmp-77-pack-1a2b.idx", "pack-1a2b.keep"].map((name) => `objects/pack/${name}`);
    const locks = ["packed-refs.lock", "config.lock", "HEAD.lock", "refs/heads/main.lock", "shallow.lock"];
    for (const name of [...locks, ...packs]) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), "");
    }
    const sha = bench.repository.commit({ "version.txt": "two\n" });
    expect(version(await tree({ sha, deployment: 2 }))).toBe("two");
    expect(packs.filter((name) => existsSync(join(folder, name)))).toEqual([]);
  });

  test("is made where the making of an earlier one broke off", async () => {
    const { folder } = mirrorOf(bench.dataDir, "acme/shop");
    mkdirSync(join(folder, "refs"), { recursive: true });
    writeFileSync(join(folder, "HEAD"), "ref: refs/heads/main\n");
    expect(version(await tree())).toBe("one");
  });

  test("is packed when it holds many loose objects, and loses none of them", async () => {
    await tree({ deployment: 1 });
    const { folder } = mirrorOf(bench.dataDir, "acme/shop");
    const loose = () => readdirSync(join(folder, "objects")).filter((name) => /^[0-9a-f]{2}$/u.test(name));
    expect(loose()).not.toEqual([]);
    const blobs: string[] = [];
    mkdirSync(join(folder, "objects", "17"), { recursive: true });
    for (let number = 0; blobs.length < 30; number += 1) {
      const text = `${number}`;
      const blob = Buffer.from(`blob ${text.length}\0${text}`);
      const id = createHash("sha1").update(blob).digest("hex");
      if (!id.startsWith("17")) continue;
      blobs.push(id);
      writeFileSync(join(folder, "objects", "17", id.slice(2)), deflateSync(blob));
    }
    const sha = bench.repository.commit({ "version.txt": "two\n" });
    expect(version(await tree({ sha, deployment: 2 }))).toBe("two");
    expect(loose()).toEqual([]);
    const known = execFileSync("git", [`--git-dir=${folder}`, "cat-file", "--batch-check=%(objecttype)"], {
      encoding: "utf8",
      input: `${[...blobs, bench.sha, sha].join("\n")}\n`,
    });
    expect(new Set(known.trim().split("\n"))).toEqual(new Set(["blob", "commit"]));
    // The next fetch finds few of them, and packs nothing.
    const next = bench.repository.commit({ "version.txt": "three\n" });
    expect(version(await tree({ sha: next, deployment: 3 }))).toBe("three");
    expect(loose()).not.toEqual([]);
  });

  test("several supervisors of one repository at once do not disturb each other", async () => {
    const shas = ["a", "b", "c"].map((text) => bench.repository.commit({ "version.txt": text }));
    const seen = await Promise.all(shas.map((sha, at) => run("cat version.txt", { sha, deployment: at + 1 })));
    expect(seen.map((one) => one.outputTail)).toEqual(["a", "b", "c"]);
  });

  test("a lock passes on when its holder is killed, and not before", async () => {
    const name = join(bench.dataDir, "a.lock");
    mkdirSync(bench.dataDir, { recursive: true });
    const path = process.env["PATH"] ?? "";
    const first = await lockFile(context, name, { path, signal: new AbortController().signal });
    const heir = spawn("sleep", ["300"], { stdio: ["ignore", "ignore", "ignore", first.fd] });
    await first.release();
    const waited = lockFile(context, name, { path, signal: new AbortController().signal });
    const patience = new AbortController();
    const impatient = lockFile(context, name, { path, signal: patience.signal });
    patience.abort(new Error("no longer wanted"));
    await expect(impatient).rejects.toThrow("no longer wanted");
    heir.kill("SIGKILL");
    await (await waited).release();
  });
});

describe("a token", () => {
  const header = "Authorization: Basic eC1hY2Nlc3MtdG9rZW46Z2hzX3NlY3JldA==";

  /** Git over HTTP by git's own backend, for who brings the token. */
  async function gitServer(root: string, options: { readonly redirectTo?: string } = {}) {
    const asked: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      asked.push(request.headers.authorization);
      if (options.redirectTo !== undefined) {
        response.writeHead(302, { Location: options.redirectTo + request.url }).end();
        return;
      }
      if (request.headers.authorization !== header.slice("Authorization: ".length)) {
        response.writeHead(401).end();
        return;
      }
      const [path, query] = (request.url ?? "").split("?");
      const backend = spawn("git", ["http-backend"], {
        env: {
          PATH: process.env["PATH"],
          GIT_PROJECT_ROOT: root,
          GIT_HTTP_EXPORT_ALL: "1",
          GIT_PROTOCOL: String(request.headers["git-protocol"] ?? ""),
          PATH_INFO: path,
          QUERY_STRING: query,
          REQUEST_METHOD: request.method,
          CONTENT_TYPE: request.headers["content-type"],
        },
        stdio: ["pipe", "pipe", "inherit"],
      });
      request.pipe(backend.stdin);
      const chunks: Buffer[] = [];
      backend.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
      backend.stdout.on("end", () => {
        const all = Buffer.concat(chunks);
        const at = all.indexOf("\r\n\r\n");
        for (const line of all.subarray(0, at).toString().split("\r\n")) {
          const [name, value] = line.split(": ");
          if (name !== undefined && value !== undefined && name !== "Status") response.setHeader(name, value);
        }
        response.end(all.subarray(at + 4));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    return { url: `http://127.0.0.1:${port}`, asked, close: () => server.close() };
  }

  test("opens the repository, and is in no file, no argument and no environment of the command", async () => {
    const { repository, sha } = bench;
    const server = await gitServer(dirname(repository.path));
    const own = runBench({
      github: { gitAccess: async () => ({ url: `${server.url}/repository`, extraHeader: header }) },
    });
    const attempt = own.attempt("cat version.txt; env; git config --list --show-origin; cat /proc/$PPID/cmdline", {
      sha,
    });
    const seen = await untilEnded(own.deployer, attempt, handleOf(await own.deployer.start(attempt)));
    expect(seen).toMatchObject({ state: "success", outputTail: expect.stringContaining("one\n") });
    expect(seen.outputTail).not.toMatch(/Authorization|eC1hY2/);
    expect(seen.outputTail).toContain(`remote.origin.url=${server.url}/repository`);
    expect(server.asked.length).toBeGreaterThan(0);
    const files = readdirSync(own.dataDir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    // Compiled code comes and goes by itself, and is made from the bot's own program alone.
    for (const file of files.filter((entry) => !entry.parentPath.includes("/compiled"))) {
      expect(readFileSync(join(file.parentPath, file.name), "latin1"), file.name).not.toContain("eC1hY2Nlc3M");
    }
    server.close();
    await own.close([attempt]);
  });

  test("is not carried to where a redirect points", async () => {
    const other = await gitServer("/nowhere");
    const server = await gitServer("/nowhere", { redirectTo: other.url });
    const own = runBench({
      github: { gitAccess: async () => ({ url: `${server.url}/repository`, extraHeader: header }) },
    });
    const attempt = own.attempt("echo ran");
    const seen = await untilEnded(own.deployer, attempt, handleOf(await own.deployer.start(attempt)));
    expect(seen).toMatchObject({
      state: "error",
      proven: true,
      message: expect.stringContaining("Fetching acme/shop failed"),
    });
    expect(other.asked).toEqual([]);
    server.close();
    other.close();
    await own.close([attempt]);
  });

  test("is asked for by nobody: a repository that wants one is an error, told without waiting", async () => {
    const server = await gitServer(dirname(bench.repository.path));
    const own = runBench({ github: { gitAccess: async () => ({ url: `${server.url}/repository` }) } });
    const attempt = own.attempt("echo ran");
    const seen = await untilEnded(own.deployer, attempt, handleOf(await own.deployer.start(attempt)));
    expect(seen).toMatchObject({ state: "error", proven: true });
    server.close();
    await own.close([attempt]);
  });
});

describe("sweeping", () => {
  const day = 24 * 60 * 60_000;
  const unstarted = async (deployments: readonly number[]) => new Set(deployments.filter((one) => one === 5));

  test("takes what is old or too many, and never what is not settled", async () => {
    const tokens = ["first", "second", "third", "fourth"];
    for (const [at, token] of tokens.entries()) {
      mkdirSync(join(bench.dataDir, "work", String(at + 1)), { recursive: true });
      mkdirSync(join(bench.dataDir, "attempts", token), { recursive: true });
      writeFileSync(join(bench.dataDir, "attempts", token, "exit.json"), "{}");
    }
    const age = (path: string, days: number) => {
      const at = new Date(Date.now() - days * day);
      utimesSync(path, at, at);
    };
    for (const [at, days] of [10, 10, 2, 1].entries()) {
      age(join(bench.dataDir, "attempts", tokens[at] ?? "", "exit.json"), days);
      age(join(bench.dataDir, "work", String(at + 1)), days);
    }
    const sweep = {
      context,
      dataDir: bench.dataDir,
      olderThanMs: 7 * day,
      keep: 1,
      unstarted,
      unsettled: { tokens: new Set(["second"]), deployments: new Set([2]) },
    };
    expect(await sweepAttempts(sweep)).toEqual({ attempts: 2, trees: 2 });
    expect(readdirSync(join(bench.dataDir, "attempts")).toSorted()).toEqual(["fourth", "second"]);
    expect(readdirSync(join(bench.dataDir, "work"))).toEqual(["2", "4"]);
    expect(await sweepAttempts(sweep)).toEqual({ attempts: 0, trees: 0 });
  });

  test("takes what was made ahead for nothing, and what somebody was killed over", async () => {
    for (const name of ["4", "5", ".new-a", ".new-b"])
      mkdirSync(join(bench.dataDir, "work", name), { recursive: true });
    const yesterday = new Date(Date.now() - 2 * day);
    utimesSync(join(bench.dataDir, "work", ".new-a"), yesterday, yesterday);
    const unsettled = { tokens: new Set<string>(), deployments: new Set<number>() };
    const sweep = { context, dataDir: bench.dataDir, olderThanMs: 7 * day, keep: 10, unstarted, unsettled };
    expect(await sweepAttempts(sweep)).toEqual({ attempts: 0, trees: 2 });
    expect(readdirSync(join(bench.dataDir, "work")).toSorted()).toEqual([".new-b", "4"]);
  });

  test("an empty data folder is no mistake", async () => {
    rmSync(bench.dataDir, { recursive: true, force: true });
    const unsettled = { tokens: new Set<string>(), deployments: new Set<number>() };
    const sweep = { context, dataDir: bench.dataDir, olderThanMs: day, keep: 1, unstarted, unsettled };
    expect(await sweepAttempts(sweep)).toEqual({ attempts: 0, trees: 0 });
  });
});
