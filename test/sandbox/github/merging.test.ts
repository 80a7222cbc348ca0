import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openPullRequest, type Started, shop, startSandbox } from "./start-sandbox.ts";

let started: Started;
beforeEach(async () => {
  started = await startSandbox({ requiredChecks: ["signalbox/ready"] });
});
afterEach(() => started.stop());

function pull(number: number) {
  const found = started.github.view("acme/shop").pullRequests.find((one) => one.number === number);
  if (found === undefined) throw new Error(`There is no pull request ${number}.`);
  return found;
}

async function ready(number: number, conclusion: "success" | "failure" | "neutral" | undefined) {
  const { data } = await started.octokit.rest.checks.create({
    ...shop,
    name: "signalbox/ready",
    head_sha: pull(number).head.sha,
    ...(conclusion === undefined ? { status: "in_progress" } : { status: "completed", conclusion }),
  });
  return data.id;
}

const override = { overrideProtection: true };

describe("branch protection", () => {
  const refusals = [
    ["no check yet", async () => undefined, 'Required status check "signalbox/ready" is expected.'],
    [
      "a failed check",
      (number: number) => ready(number, "failure"),
      'Required status check "signalbox/ready" is failing.',
    ],
    [
      "a check under way",
      (number: number) => ready(number, undefined),
      'Required status check "signalbox/ready" is pending.',
    ],
  ] as const;

  test.each(refusals)("refuses the merge: %s", async (_, prepare, message) => {
    const number = await openPullRequest(started.github, "change");
    await prepare(number);
    expect(pull(number).mergeable).toBe(false);
    await expect(started.github.mergePullRequest("acme/shop", "ada", number)).rejects.toThrow(message);
    await expect(started.octokit.rest.pulls.merge({ ...shop, pull_number: number })).rejects.toMatchObject({
      status: 405,
      response: { data: { message } },
    });
    expect(pull(number)).toMatchObject({ state: "open", merged: false });
  });

  test.each(["success", "neutral"] as const)("lets it through when the check is %s", async (conclusion) => {
    const number = await openPullRequest(started.github, "change");
    await ready(number, conclusion);
    expect(pull(number).mergeable).toBe(true);
    await started.github.mergePullRequest("acme/shop", "ada", number);
    expect(pull(number).merged).toBe(true);
  });

  test("counts only the newest run of a name", async () => {
    const number = await openPullRequest(started.github, "change");
    const first = await ready(number, "failure");
    await started.octokit.rest.checks.update({ ...shop, check_run_id: first, conclusion: "success" });
    expect(pull(number).mergeable).toBe(true);
    await ready(number, "failure");
    expect(pull(number).mergeable).toBe(false);
  });

  test("a push takes the green check away, because it stands on the old head", async () => {
    const number = await openPullRequest(started.github, "change");
    await ready(number, "success");
    await started.github.commit("acme/shop", "ada", {
      branch: "change",
      message: "More",
      changes: [{ path: "more.txt", content: "more" }],
    });
    expect(pull(number).mergeable).toBe(false);
  });

  test("refuses the App's own writes past it, by contents and by refs", async () => {
    const file = { ...shop, path: "x.txt", message: "x", content: Buffer.from("x").toString("base64") };
    await expect(started.octokit.rest.repos.createOrUpdateFileContents(file)).rejects.toMatchObject({ status: 409 });
    const sha = await started.github.commit("acme/shop", "ada", {
      branch: "side",
      message: "side",
      changes: [{ path: "side.txt", content: "s" }],
    });
    await expect(started.octokit.rest.git.updateRef({ ...shop, ref: "heads/main", sha })).rejects.toMatchObject({
      status: 422,
    });
    const written = await started.octokit.rest.repos.createOrUpdateFileContents({ ...file, branch: "side" });
    expect(written.status).toBe(201);
  });

  test("can be read by the API", async () => {
    const { data } = await started.octokit.rest.repos.getStatusChecksProtection({ ...shop, branch: "main" });
    expect(data.contexts).toEqual(["signalbox/ready"]);
    const { data: rules } = await started.octokit.rest.repos.getBranchRules({ ...shop, branch: "main" });
    expect(rules.map(({ type }) => type)).toEqual(["required_status_checks"]);
    await openPullRequest(started.github, "free");
    await expect(
      started.octokit.rest.repos.getStatusChecksProtection({ ...shop, branch: "free" }),
    ).rejects.toMatchObject({ status: 404, response: { data: { message: "Branch not protected" } } });
  });
});

describe("a merge", () => {
  test("is a real merge commit of both", async () => {
    const number = await openPullRequest(started.github, "change");
    const base = pull(number).base.sha;
    const sha = await started.github.mergePullRequest("acme/shop", "ada", number, override);
    const { data } = await started.octokit.rest.repos.getCommit({ ...shop, ref: sha });
    expect(data.parents.map((one) => one.sha)).toEqual([base, pull(number).head.sha]);
    expect(data.commit.message).toBe("Merge pull request #1 from acme/change\n\nAdd change");
    expect(data.author?.login).toBe("ada");
    expect(data.committer?.login).toBe("web-flow");
    const { data: main } = await started.octokit.rest.repos.getBranch({ ...shop, branch: "main" });
    expect(main.commit.sha).toBe(sha);
    expect(pull(number)).toMatchObject({ state: "closed", merged: true, mergeSha: sha });
    const { data: merged } = await started.octokit.rest.pulls.get({ ...shop, pull_number: number });
    expect(merged).toMatchObject({ merged: true, merge_commit_sha: sha, merged_by: { login: "ada" } });
    const { data: pulls } = await started.octokit.rest.repos.listPullRequestsAssociatedWithCommit({
      ...shop,
      commit_sha: sha,
    });
    expect(pulls.map((one) => one.number)).toEqual([number]);
  });

  test("tells of the closing, the push and the closed issue", async () => {
    const issue = await started.github.createIssue("acme/shop", "ada", "Basket");
    const number = await openPullRequest(started.github, "change", { body: `Closes: #${issue}` });
    const before = pull(number).base.sha;
    await started.github.settled();
    started.listener.received.length = 0;
    const after = await started.github.mergePullRequest("acme/shop", "ruth", number, override);
    await started.github.settled();
    const told = started.listener.received.map(({ headers, raw }) => {
      const body: unknown = JSON.parse(raw);
      return [headers["x-github-event"], body];
    });
    expect(told).toMatchObject([
      [
        "pull_request",
        { action: "closed", pull_request: { merged: true, merge_commit_sha: after, merged_by: { login: "ruth" } } },
      ],
      ["push", { ref: "refs/heads/main", before, after, created: false, sender: { login: "ruth" } }],
      ["check_suite", { action: "requested" }],
      ["issues", { action: "closed", issue: { number: issue, state_reason: "completed" } }],
    ]);
    expect(told[1]?.[1]).toMatchObject({ commits: [{ message: "Write change.txt" }, { id: after }] });
  });

  test("closes what the description names, and nothing else", async () => {
    for (const title of ["Basket", "Till", "Shelf"]) await started.github.createIssue("acme/shop", "ada", title);
    const number = await openPullRequest(started.github, "change", { body: "Fixes #1, see #2 and `closes #3`" });
    await started.github.mergePullRequest("acme/shop", "ada", number, override);
    expect(started.github.view("acme/shop").issues.map(({ state }) => state)).toEqual(["closed", "open", "open"]);
  });

  test("into another branch closes no issue", async () => {
    const issue = await started.github.createIssue("acme/shop", "ada", "Basket");
    await started.github.createRef("acme/shop", "ada", "refs/heads/release", "main");
    const number = await openPullRequest(started.github, "change", { body: `fixes #${issue}`, base: "release" });
    await started.github.mergePullRequest("acme/shop", "ada", number);
    expect(pull(number).merged).toBe(true);
    expect(started.github.view("acme/shop").issues[0]?.state).toBe("open");
  });

  test("is refused on a conflict, on a draft, and when the head has moved", async () => {
    const one = await openPullRequest(started.github, "one", { path: "same.txt" });
    const two = await openPullRequest(started.github, "two", { path: "same.txt" });
    const draft = await openPullRequest(started.github, "three");
    await started.github.editPullRequest("acme/shop", "ada", draft, { draft: true });
    await started.github.mergePullRequest("acme/shop", "ada", one, override);
    const refused = (number: number) => started.github.mergePullRequest("acme/shop", "ada", number, override);
    await expect(refused(two)).rejects.toThrow("Pull Request is not mergeable");
    await expect(refused(draft)).rejects.toThrow("Pull Request is still a draft");
    const { data } = await started.octokit.rest.pulls.get({ ...shop, pull_number: two });
    expect(data).toMatchObject({ mergeable: false, mergeable_state: "dirty" });
    await started.github.editPullRequest("acme/shop", "ada", draft, { draft: false });
    await ready(draft, "success");
    await expect(
      started.octokit.rest.pulls.merge({ ...shop, pull_number: draft, sha: pull(one).head.sha }),
    ).rejects.toMatchObject({ status: 409 });
    const { data: merged } = await started.octokit.rest.pulls.merge({
      ...shop,
      pull_number: draft,
      sha: pull(draft).head.sha,
    });
    expect(merged.merged).toBe(true);
  });

  test("that came by another way is seen: the branch was merged and pushed", async () => {
    await started.github.createRef("acme/shop", "ada", "refs/heads/release", "main");
    const number = await openPullRequest(started.github, "change", { base: "release" });
    const { data } = await started.octokit.rest.repos.merge({ ...shop, base: "release", head: "change" });
    expect(pull(number)).toMatchObject({ merged: true, mergeSha: data.sha });
    const again = await started.octokit.rest.repos.merge({ ...shop, base: "release", head: "change" });
    expect(again.status).toBe(204);
  });

  test("is not for one who may only read, nor is a commit", async () => {
    const number = await openPullRequest(started.github, "change");
    const merge = started.github.mergePullRequest("acme/shop", "noor", number, override);
    await expect(merge).rejects.toThrow("noor may read this repository and not write to it.");
    const commit = { branch: "change", message: "m", changes: [{ path: "x", content: "x" }] };
    await expect(started.github.commit("acme/shop", "noor", commit)).rejects.toThrow("may read this repository");
    expect(pull(number).state).toBe("open");
  });

  test("two at once are made one after the other", async () => {
    const one = await openPullRequest(started.github, "one");
    const two = await openPullRequest(started.github, "two");
    await Promise.all(
      [one, two].map((number) => started.github.mergePullRequest("acme/shop", "ada", number, override)),
    );
    const { data } = await started.octokit.rest.repos.getContent({ ...shop, path: "" });
    expect(Array.isArray(data) ? data.map(({ name }) => name) : []).toEqual([
      "Makefile",
      "README.md",
      "one.txt",
      "two.txt",
    ]);
  });

  test("deleting the head closes the pull request", async () => {
    const number = await openPullRequest(started.github, "change");
    await started.github.deleteBranch("acme/shop", "ada", "change");
    expect(pull(number)).toMatchObject({ state: "closed", merged: false });
    await expect(started.github.reopenPullRequest("acme/shop", "ada", number)).rejects.toThrow("Validation Failed");
  });
});
