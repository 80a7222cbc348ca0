import { Probot, ProbotOctokit } from "probot";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openPullRequest, type Started, shop, startSandbox } from "./start-sandbox.ts";

let started: Started;
let first: string;
beforeAll(async () => {
  started = await startSandbox({
    files: {
      "README.md": "# Shop\n",
      ".github/signalbox.yml": "_extends: standards\nservice: shop\n",
      "db/migrate/001.sql": "select 1;\n",
    },
  });
  await started.github.createRepository("acme/standards", {
    files: { ".github/signalbox.yml": 'channel: "#deploys"\nservice: none\n' },
  });
  first = started.github.view("acme/shop").branches[0]?.sha ?? "";
});
afterAll(() => started.stop());

async function commit(branch: string, path: string, content: string | null, by = "ada") {
  return started.github.commit("acme/shop", by, { branch, message: `Change ${path}`, changes: [{ path, content }] });
}

describe("contents", () => {
  test("Probot's configuration mechanism reads them, `_extends` included", async () => {
    const { data: installation } = await started.app.rest.apps.getRepoInstallation(shop);
    const probot = new Probot({
      appId: started.github.appId,
      privateKey: started.github.privateKey,
      secret: started.github.webhookSecret,
      baseUrl: started.github.apiUrl,
      logLevel: "fatal",
      Octokit: ProbotOctokit.defaults((options: object) => ({
        ...options,
        retry: { enabled: false },
        throttle: { enabled: false },
      })),
    });
    const octokit = await probot.auth(installation.id);
    const { config, files } = await octokit.config.get({ ...shop, path: ".github/signalbox.yml" });
    expect(config).toEqual({ channel: "#deploys", service: "shop" });
    expect(files).toHaveLength(2);
    const missing = await octokit.config.get({ ...shop, path: ".github/nothing.yml" });
    expect(missing.config).toEqual({});
    const paths = started.github.calls().map(({ path }) => path);
    expect(paths).toContain("/repos/acme/shop/contents/.github%2Fsignalbox.yml");
  });

  test("a file, a folder, raw, and what is not there", async () => {
    const { data: file } = await started.octokit.rest.repos.getContent({ ...shop, path: "README.md" });
    if (Array.isArray(file) || file.type !== "file" || !("content" in file)) throw new Error("It should be a file.");
    expect(Buffer.from(file.content, "base64").toString()).toBe("# Shop\n");
    const { data: folder } = await started.octokit.rest.repos.getContent({ ...shop, path: "db" });
    expect(folder).toMatchObject([{ name: "migrate", type: "dir", path: "db/migrate" }]);
    const raw = await started.octokit.rest.repos.getContent({
      ...shop,
      path: "README.md",
      mediaType: { format: "raw" },
    });
    expect(raw.data).toBe("# Shop\n");
    const missing = started.octokit.rest.repos.getContent({ ...shop, path: "nothing" });
    await expect(missing).rejects.toMatchObject({ status: 404 });
  });

  test("are written, changed and deleted with the SHA that was read, and only so", async () => {
    await started.github.createRef("acme/shop", "ada", "refs/heads/written", first);
    const at = { ...shop, path: "pins/app.yml", branch: "written", message: "Pin" };
    const write = (text: string, sha?: string) =>
      started.octokit.rest.repos.createOrUpdateFileContents({
        ...at,
        content: Buffer.from(text).toString("base64"),
        ...(sha === undefined ? {} : { sha }),
      });
    const made = await write("one\n");
    expect(made.status).toBe(201);
    const sha = made.data.content?.sha ?? "";
    await expect(write("two\n")).rejects.toMatchObject({ status: 422 });
    await expect(write("two\n", first)).rejects.toMatchObject({ status: 409 });
    const changed = await write("two\n", sha);
    expect(changed.status).toBe(200);
    expect(changed.data.commit.author).toMatchObject({ name: "signalbox[bot]" });
    const gone = await started.octokit.rest.repos.deleteFile({ ...at, sha: changed.data.content?.sha ?? "" });
    expect(gone.data.content).toBeNull();
    const left = started.octokit.rest.repos.getContent({ ...shop, path: at.path, ref: "written" });
    await expect(left).rejects.toMatchObject({ status: 404 });
  });
});

describe("commits", () => {
  test("are found by branch, tag, annotated tag, full and abbreviated SHA", async () => {
    const sha = await commit("feature/a", "a.txt", "a");
    await started.github.createRef("acme/shop", "ada", "refs/tags/v1.0.0", sha);
    const tag = await started.octokit.rest.git.createTag({
      ...shop,
      tag: "v1.0.1",
      message: "m",
      object: sha,
      type: "commit",
    });
    await started.octokit.rest.git.createRef({ ...shop, ref: "refs/tags/v1.0.1", sha: tag.data.sha });
    for (const ref of ["feature/a", "heads/feature/a", "v1.0.0", "v1.0.1", sha, sha.slice(0, 7)]) {
      const { data } = await started.octokit.rest.repos.getCommit({ ...shop, ref });
      expect([ref, data.sha]).toEqual([ref, sha]);
    }
    const { data } = await started.octokit.rest.repos.getCommit({
      ...shop,
      ref: "v1.0.1",
      mediaType: { format: "sha" },
    });
    expect(data).toBe(sha);
    const { data: tags } = await started.octokit.rest.repos.listTags(shop);
    expect(tags.map((one) => [one.name, one.commit.sha])).toEqual([
      ["v1.0.1", sha],
      ["v1.0.0", sha],
    ]);
    const { data: heads } = await started.octokit.rest.repos.listBranchesForHeadCommit({ ...shop, commit_sha: sha });
    expect(heads.map(({ name }) => name)).toEqual(["feature/a"]);
    const nothing = started.octokit.rest.repos.getCommit({ ...shop, ref: "nothing" });
    await expect(nothing).rejects.toMatchObject({
      status: 422,
      message: expect.stringContaining("No commit found for SHA: nothing"),
    });
  });

  test("are listed by path", async () => {
    const sha = await commit("listed", "deep/x.txt", "x");
    await commit("listed", "y.txt", "y");
    const { data } = await started.octokit.rest.repos.listCommits({ ...shop, sha: "listed", path: "deep/x.txt" });
    expect(data.map((one) => [one.sha, one.author?.login])).toEqual([[sha, "ada"]]);
    const all = await started.octokit.paginate(started.octokit.rest.repos.listCommits, {
      ...shop,
      sha: "listed",
      per_page: 1,
    });
    expect(all.map((one) => one.commit.message)).toEqual(["Change y.txt", "Change deep/x.txt", "Initial commit"]);
  });

  test("compare in four ways, with files and authors", async () => {
    const one = await commit("one", "one.txt", "1\n");
    await commit("two", "README.md", "# Shop two\n");
    const two = await commit("two", "db/migrate/001.sql", null, "ruth");
    const compare = async (base: string, head: string) => {
      const { data } = await started.octokit.rest.repos.compareCommitsWithBasehead({
        ...shop,
        basehead: `${base}...${head}`,
      });
      return data;
    };
    expect(await compare("one", one)).toMatchObject({ status: "identical", ahead_by: 0, behind_by: 0, files: [] });
    expect(await compare("main", "one")).toMatchObject({ status: "ahead", ahead_by: 1, behind_by: 0 });
    expect(await compare("one", "main")).toMatchObject({ status: "behind", ahead_by: 0, behind_by: 1 });
    const diverged = await compare("one", two.slice(0, 10));
    expect(diverged).toMatchObject({
      status: "diverged",
      ahead_by: 2,
      behind_by: 1,
      total_commits: 2,
      merge_base_commit: { sha: first },
      files: [
        {
          filename: "README.md",
          status: "modified",
          additions: 1,
          deletions: 1,
          patch: "@@ -1 +1 @@\n-# Shop\n+# Shop two",
        },
        { filename: "db/migrate/001.sql", status: "removed" },
      ],
    });
    expect(diverged.commits.map(({ author }) => author?.login)).toEqual(["ada", "ruth"]);
    await expect(compare("main", "nothing")).rejects.toMatchObject({ status: 404 });
  });
});

describe("refs and trees", () => {
  test("a ref is made, moved forward, not backward, forced, matched and deleted", async () => {
    const sha = await commit("moving", "m.txt", "m");
    const ref = "refs/heads/pointer";
    const { git } = started.octokit.rest;
    await git.createRef({ ...shop, ref, sha: first });
    await expect(git.createRef({ ...shop, ref, sha: first })).rejects.toMatchObject({
      message: expect.stringContaining("Reference already exists"),
    });
    await expect(git.createRef({ ...shop, ref: "refs/heads/a..b", sha })).rejects.toMatchObject({ status: 422 });
    await expect(git.createRef({ ...shop, ref: "refs/heads/x", sha: "1".repeat(40) })).rejects.toMatchObject({
      status: 422,
    });
    const below = git.createRef({ ...shop, ref: "refs/heads/pointer/below", sha });
    await expect(below).rejects.toMatchObject({ status: 422 });
    await git.updateRef({ ...shop, ref: "heads/pointer", sha });
    await expect(git.updateRef({ ...shop, ref: "heads/pointer", sha: first })).rejects.toMatchObject({
      message: expect.stringContaining("not a fast forward"),
    });
    await git.updateRef({ ...shop, ref: "heads/pointer", sha: first, force: true });
    const { data } = await git.getRef({ ...shop, ref: "heads/pointer" });
    expect(data.object).toMatchObject({ type: "commit", sha: first });
    const { data: matching } = await git.listMatchingRefs({ ...shop, ref: "heads/point" });
    expect(matching.map((one) => one.ref)).toEqual([ref]);
    await git.deleteRef({ ...shop, ref: "heads/pointer" });
    await expect(git.getRef({ ...shop, ref: "heads/pointer" })).rejects.toMatchObject({ status: 404 });
  });

  test("a commit of several files is made from a tree", async () => {
    const { git } = started.octokit.rest;
    const { data: base } = await git.getCommit({ ...shop, commit_sha: first });
    const { data: tree } = await git.createTree({
      ...shop,
      base_tree: base.tree.sha,
      tree: [
        { path: "db/migrate/001.sql", mode: "100644", type: "blob", sha: null },
        { path: "deep/er/x.txt", mode: "100644", type: "blob", content: "x" },
      ],
    });
    const { data: made } = await git.createCommit({ ...shop, message: "Both", tree: tree.sha, parents: [first] });
    expect(made.parents.map(({ sha }) => sha)).toEqual([first]);
    const { data: all } = await git.getTree({ ...shop, tree_sha: made.sha, recursive: "1" });
    expect(all.tree.filter(({ type }) => type === "blob").map(({ path }) => path)).toEqual([
      ".github/signalbox.yml",
      "README.md",
      "deep/er/x.txt",
    ]);
  });

  test.each([
    { entry: { path: "a/../b", content: "x" }, says: "malformed path component" },
    { entry: { path: "a", sha: "f".repeat(40) }, says: "is not a valid blob" },
    { entry: { path: "a", mode: "040000", content: "x" }, says: "is not a valid tree" },
  ] as const)("a tree is refused: $says", async ({ entry, says }) => {
    const tree = [{ mode: "100644", type: "blob", ...entry }] as const;
    await expect(started.octokit.rest.git.createTree({ ...shop, tree: [...tree] })).rejects.toThrow(says);
  });
});

describe("releases", () => {
  test("are made with a tag and notes, found by tag and as the latest", async () => {
    const number = await openPullRequest(started.github, "noted", { title: "Add notes" });
    await started.github.mergePullRequest("acme/shop", "ada", number);
    const { data: notes } = await started.octokit.rest.repos.generateReleaseNotes({ ...shop, tag_name: "v2.0.0" });
    expect(notes.body).toContain(`* Add notes by @ada in ${started.github.url}/acme/shop/pull/${number}`);
    const { data } = await started.octokit.rest.repos.createRelease({
      ...shop,
      tag_name: "v2.0.0",
      generate_release_notes: true,
    });
    const { data: latest } = await started.octokit.rest.repos.getLatestRelease(shop);
    const { data: byTag } = await started.octokit.rest.repos.getReleaseByTag({ ...shop, tag: "v2.0.0" });
    expect([latest.id, byTag.id]).toEqual([data.id, data.id]);
    const { data: tag } = await started.octokit.rest.git.getRef({ ...shop, ref: "tags/v2.0.0" });
    expect(tag.object.sha).toBe(started.github.view("acme/shop").branches.find(({ name }) => name === "main")?.sha);
    const again = started.octokit.rest.repos.createRelease({ ...shop, tag_name: "v2.0.0" });
    await expect(again).rejects.toMatchObject({ status: 422 });
  });
});

describe("people", () => {
  test.each([
    ["ada", "write"],
    ["ruth", "admin"],
    ["noor", "read"],
    ["acme", "none"],
  ])("the permission of %s is %s", async (username, permission) => {
    const { data } = await started.octokit.rest.repos.getCollaboratorPermissionLevel({ ...shop, username });
    expect([data.permission, data.role_name]).toEqual([permission, permission]);
  });

  test("a reader's own token reads and does not write", async () => {
    const noor = started.asPerson("noor");
    expect((await noor.rest.repos.get(shop)).status).toBe(200);
    await expect(noor.rest.issues.create({ ...shop, title: "x" })).rejects.toMatchObject({ status: 403 });
    const stranger = started.octokit.rest.repos.getCollaboratorPermissionLevel({ ...shop, username: "stranger" });
    await expect(stranger).rejects.toMatchObject({ status: 404 });
  });
});
