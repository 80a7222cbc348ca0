// What the chosen person's hands do on GitHub: forms that are filled in, and what each sends.
import { commitDialog, issueDialog, pullDialog } from "./dialogs.js";
import { send } from "./door.js";

/** `now` gives the newest state, `me` who one is. */
export function createGitHubHands(now, me) {
  const by = (kind, more) => send({ kind, user: me(), repository: now().github.repository.fullName, ...more });

  function branchesToOffer() {
    const { repository } = now().github;
    const taken = repository.pullRequests
      .filter((one) => one.state === "open" || one.merged)
      .map((one) => one.head.sha);
    const free = repository.branches.filter((one) => one.name !== repository.defaultBranch && !taken.includes(one.sha));
    return free.map((one) => one.name);
  }

  function openPull({ head, base, title, body } = {}) {
    const { repository } = now().github;
    const branches = [...new Set([...(head ? [head] : []), ...branchesToOffer()])];
    if (branches.length === 0) return commit();
    const bases = repository.branches.map((one) => one.name).filter((name) => name !== head);
    pullDialog(
      { branches, head: head ?? branches[0], bases, base: base ?? repository.defaultBranch, title, body },
      (fields) => by("open-pull-request", fields),
    );
  }

  function edit(pull, { title = pull.title, body = pull.body } = {}) {
    pullDialog({ branches: [pull.head.ref], editing: pull.number, title, body }, (fields) =>
      by("edit-pull-request", { number: pull.number, title: fields.title, body: fields.body }),
    );
  }

  /** A branch that was merged is not used again: the next change to the same entry gets a branch of its own. */
  function freshBranch(name) {
    const base = name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-|-$/g, "");
    const taken = new Set(now().github.repository.branches.map((one) => one.name));
    if (base === "" || !taken.has(base)) return base;
    let count = 2;
    while (taken.has(`${base}-${count}`)) count += 1;
    return `${base}-${count}`;
  }

  function commit({ name = "", detail = "", branch: wanted, base, opens } = {}) {
    const { branches, defaultBranch } = now().github.repository;
    const start = { bases: branches.map((one) => one.name), base: base ?? defaultBranch };
    commitDialog({ name, detail, branch: wanted ?? freshBranch(name), opens, ...start }, async (fields) => {
      const { branch, from } = fields;
      const done = await by("commit", { branch, from, name: fields.name, detail: fields.detail });
      if (!done || !fields.open) return;
      const issue = now().github.repository.issues.find((one) => one.state === "open");
      openPull({ head: branch, base: from, title: fields.name, body: issue ? `close #${issue.number}` : "" });
    });
  }

  function pushOnto(pull) {
    commitDialog({ branch: pull.head.ref, opens: false, onto: true }, ({ branch, name, detail }) =>
      by("commit", { branch, name, detail }),
    );
  }

  return {
    openPull,
    commit,
    edit,
    openIssue: () => issueDialog((fields) => by("open-issue", fields)),
    merge: (pull) => by("merge-pull-request", { number: pull.number }),
    pushOnto,
    approve: (pull) => by("approve-pull-request", { number: pull.number }),
    deleteBranch: (branch) => by("delete-branch", { branch }),
    close: (pull) => by("close-pull-request", { number: pull.number }),
    assign: (pull, login) => by("assign", { number: pull.number, login }),
    draft: (pull) => by("edit-pull-request", { number: pull.number, draft: !pull.draft }),
  };
}
