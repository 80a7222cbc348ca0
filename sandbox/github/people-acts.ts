/** What people do on the sandbox's GitHub, from the page or a test, each followed by GitHub's own webhooks. */
import type { SandboxGitHub } from "../contract.ts";
import { createCheckRun, createStatus, tellRun, updateCheckRun } from "./acts/checks.ts";
import { commitToBranch } from "./acts/commits.ts";
import {
  addComment,
  assign,
  createIssue,
  editComment,
  findComment,
  requireUser,
  setIssueState,
} from "./acts/issues.ts";
import { editPull, mergePull, openPull, reopenPull, requestReviewers, submitReview } from "./acts/pull-requests.ts";
import { moveRefs } from "./acts/refs.ts";
import { createRepository, fileWrite } from "./acts/repositories.ts";
import { noCommit } from "./git/bare-repository.ts";
import { type Hub, issueOf, pullOf } from "./hub/hub.ts";
import type { Account, CheckRun, Repository } from "./hub/state.ts";
import { notFound, Problem } from "./problem.ts";
import { findCommit } from "./routes/revision.ts";

type PeopleActs = Pick<
  SandboxGitHub,
  | "createRepository"
  | "createIssue"
  | "setIssueState"
  | "commit"
  | "openPullRequest"
  | "editPullRequest"
  | "mergePullRequest"
  | "closePullRequest"
  | "reopenPullRequest"
  | "setStatus"
  | "setCheckRun"
  | "comment"
  | "editComment"
  | "assign"
  | "requestReviewers"
  | "review"
  | "createRef"
  | "deleteBranch"
  | "rerequestCheckRun"
  | "requestCheckAction"
  | "protect"
  | "restrictTags"
>;

/** The App that stands for a CI in the sandbox. */
const ciApp = "sandbox-ci";

function runOf(repository: Repository, id: number): CheckRun {
  const run = repository.checkRuns.get(id);
  if (run === undefined) throw notFound();
  return run;
}

/** The person, who must be one that GitHub lets push. */
function writer(hub: Hub, login: string): Account {
  const account = hub.person(login);
  if (account.permission === "read") throw new Problem(403, `${login} may read this repository and not write to it.`);
  return account;
}

export function createPeopleActs(hub: Hub): PeopleActs {
  const at = (fullName: string) => hub.repository(fullName);
  const commitAt = async (repository: Repository, name: string) => {
    const commit = await findCommit(repository, name);
    if (commit === undefined) throw new Error(`${repository.fullName} has no commit "${name}".`);
    return commit;
  };

  return {
    ...pullRequestActs(hub),
    async createRepository(fullName, options) {
      await createRepository(hub, fullName, options);
    },
    async createIssue(fullName, by, title) {
      return createIssue(hub, at(fullName), hub.person(by), { title, body: null }).number;
    },
    async setIssueState(fullName, by, number, state) {
      setIssueState(hub, at(fullName), issueOf(at(fullName), number), hub.person(by), state);
    },
    async commit(fullName, by, { branch, message, changes }) {
      const writes = changes.map(({ path, content }) => fileWrite(path, content));
      return commitToBranch(hub, at(fullName), writer(hub, by), { branch, message, changes: writes });
    },
    async setStatus(fullName, sha, context, state) {
      const repository = at(fullName);
      const commit = await commitAt(repository, sha);
      const wish = { sha: commit.sha, context, state, description: null, targetUrl: null };
      await createStatus(hub, repository, hub.ci, wish);
    },
    async setCheckRun(fullName, sha, name, state) {
      const repository = at(fullName);
      const commit = await commitAt(repository, sha);
      const conclusion = state === "queued" || state === "in_progress" ? null : state;
      const status = state === "queued" || state === "in_progress" ? state : "completed";
      const known = [...repository.checkRuns.values()].findLast(
        (run) => run.app === ciApp && run.name === name && run.headSha === commit.sha,
      );
      if (known === undefined) {
        createCheckRun(hub, repository, hub.ci, { app: ciApp, name, headSha: commit.sha, status, conclusion });
      } else {
        updateCheckRun(hub, repository, known, hub.ci, { status, conclusion });
      }
    },
    async comment(fullName, by, number, body) {
      return addComment(hub, at(fullName), issueOf(at(fullName), number), hub.person(by), body).id;
    },
    async editComment(fullName, by, id, body) {
      const found = findComment(at(fullName), id);
      if (found === undefined) throw notFound();
      editComment(hub, at(fullName), found.issue, found.comment, hub.person(by), body);
    },
    async assign(fullName, by, number, logins) {
      assign(hub, at(fullName), issueOf(at(fullName), number), hub.person(by), logins);
    },
    createRef(fullName, by, ref, target) {
      const repository = at(fullName);
      return repository.git.exclusive(async () => {
        const commit = await commitAt(repository, target);
        const before = repository.git.refs.get(ref) ?? noCommit;
        await moveRefs(hub, repository, writer(hub, by), [{ ref, before, after: commit.sha }]);
        return commit.sha;
      });
    },
    deleteBranch(fullName, by, branch) {
      const repository = at(fullName);
      return repository.git.exclusive(async () => {
        const ref = `refs/heads/${branch}`;
        const before = repository.git.refs.get(ref);
        if (before === undefined) throw new Error(`${fullName} has no branch "${branch}".`);
        await moveRefs(hub, repository, writer(hub, by), [{ ref, before, after: noCommit }]);
      });
    },
    rerequestCheckRun(fullName, by, id) {
      tellRun(hub, at(fullName), runOf(at(fullName), id), hub.person(by), "rerequested");
    },
    requestCheckAction(fullName, by, id, identifier) {
      tellRun(hub, at(fullName), runOf(at(fullName), id), hub.person(by), "requested_action", identifier);
    },
    restrictTags(fullName, beginning) {
      at(fullName).restrictedTags = beginning;
      hub.changed();
    },
    protect(fullName, branch, requiredChecks) {
      if (requiredChecks.length === 0) at(fullName).requiredChecks.delete(branch);
      else at(fullName).requiredChecks.set(branch, requiredChecks);
      hub.changed();
    },
  };
}

function pullRequestActs(hub: Hub) {
  const at = (fullName: string) => hub.repository(fullName);
  const acts: Pick<
    PeopleActs,
    | "openPullRequest"
    | "editPullRequest"
    | "mergePullRequest"
    | "closePullRequest"
    | "reopenPullRequest"
    | "requestReviewers"
    | "review"
  > = {
    async openPullRequest(fullName, by, { title, body, head, base, draft }) {
      const repository = at(fullName);
      const wish = { title, body, head, base: base ?? repository.defaultBranch, draft: draft ?? false };
      return (await openPull(hub, repository, hub.person(by), wish)).number;
    },
    editPullRequest: (fullName, by, number, changes) =>
      editPull(hub, at(fullName), pullOf(at(fullName), number), hub.person(by), changes),
    async mergePullRequest(fullName, by, number, options = {}) {
      return mergePull(hub, at(fullName), pullOf(at(fullName), number), writer(hub, by), options);
    },
    async closePullRequest(fullName, by, number) {
      setIssueState(hub, at(fullName), pullOf(at(fullName), number), hub.person(by), "closed");
    },
    reopenPullRequest: (fullName, by, number) =>
      reopenPull(hub, at(fullName), pullOf(at(fullName), number), hub.person(by)),
    async requestReviewers(fullName, by, number, logins) {
      const accounts = logins.map((login) => requireUser(hub, login));
      requestReviewers(hub, at(fullName), pullOf(at(fullName), number), hub.person(by), accounts);
    },
    async review(fullName, by, number, state, body = "") {
      submitReview(hub, at(fullName), pullOf(at(fullName), number), hub.person(by), { state, body });
    },
  };
  return acts;
}
