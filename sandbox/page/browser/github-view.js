// The repository: pull requests, issues and environments.
import { clockTime, el, find, isDrawn, replace, shortSha } from "./elements.js";
import { markdown } from "./markdown.js";
import { renderPull } from "./pull-request-view.js";
import { titleOf } from "./track-view.js";

function issue(one) {
  return el(
    "div.issue",
    {},
    el(`span.badge.${one.state === "open" ? "open" : "merged"}`, {}, one.state === "open" ? "Open" : "Closed"),
    el("span.pull-title", {}, el("strong", {}, one.title), el("span.number", {}, `#${one.number}`)),
    one.comments.map((comment) =>
      el(
        "div.comment",
        {},
        el("p.byline", {}, el("strong", {}, comment.author)),
        el("div.markdown", {}, markdown(comment.body)),
      ),
    ),
  );
}

const lampOf = { success: "go", in_progress: "wait", queued: "wait", pending: "wait", failure: "stop", error: "stop" };

function deployment(one, repository) {
  const last = one.statuses.at(-1);
  return el(
    "li",
    {},
    el(`span.lamp.${lampOf[last?.state] ?? "off"}`, { "aria-hidden": "true" }),
    el("code", {}, shortSha(one.sha)),
    el("span.what", {}, titleOf(one.sha, repository)),
    el("span.state", {}, (last?.state ?? "created").replaceAll("_", " ")),
    last && el("time", {}, clockTime(Date.parse(last.createdAt))),
  );
}

function environment(one, state) {
  const { repository } = state.github;
  const deployments = repository.deployments.filter((other) => other.environment === one.environment).toReversed();
  return el(
    "section.environment",
    {},
    el(
      "header",
      {},
      el("h3", {}, one.name),
      el(
        "span",
        {},
        one.serving ? "serves " : "serves nothing yet",
        one.serving && el("code", {}, shortSha(one.serving.sha)),
      ),
      el("span.runs", {}, `deployed ${one.runs} ${one.runs === 1 ? "time" : "times"}`),
    ),
    one.serving
      ? el("iframe", {
          src: `/site/${one.name}/?${one.serving.sha}`,
          title: `What ${one.name} serves`,
          sandbox: "",
          loading: "lazy",
        })
      : el("p.none", {}, "No page is there to see."),
    deployments.length > 0 && el("h4", {}, "Deployments on GitHub"),
    el(
      "ol.deployments",
      {},
      deployments.slice(0, 6).map((other) => deployment(other, repository)),
    ),
  );
}

function branch(one, { repository }, hands, mayWrite) {
  const isDefault = one.name === repository.defaultBranch;
  return el(
    "div.issue.branch",
    {},
    el(
      "div",
      {},
      el("span.pull-title", {}, el("strong", {}, one.name), isDefault && el("span.number", {}, "default")),
      el("span.pull-line", {}, el("code", {}, shortSha(one.sha)), " ", titleOf(one.sha, repository)),
    ),
    el(
      "button.quiet",
      {
        type: "button",
        "aria-label": `Delete the branch ${one.name}`,
        "data-focus": `branch/${one.name}`,
        disabled: !mayWrite || isDefault,
        onclick: () => hands.deleteBranch(one.name),
      },
      "Delete",
    ),
  );
}

const toolbars = {
  pulls: (hands, mayWrite) => [
    el(
      "button.primary",
      { type: "button", id: "open-pull", disabled: !mayWrite, onclick: () => hands.openPull() },
      "Open pull request",
    ),
    el(
      "button",
      { type: "button", id: "commit-change", disabled: !mayWrite, onclick: () => hands.commit() },
      "Commit a change",
    ),
  ],
  issues: (hands) => [
    el("button.primary", { type: "button", id: "open-issue", onclick: () => hands.openIssue() }, "Open issue"),
  ],
  branches: (hands, mayWrite) => [
    el(
      "button",
      { type: "button", id: "commit-to-branch", disabled: !mayWrite, onclick: () => hands.commit() },
      "Commit a change",
    ),
  ],
  environments: (_hands, _mayWrite, { annotations, releases }) => [
    el(
      "p.hint",
      {},
      "Each page below is the very file that was deployed there. ",
      annotations + releases > 0 &&
        el("a", { href: "/monitoring", target: "_blank", rel: "noopener" }, "What Grafana and Sentry were told"),
    ),
  ],
};

const views = {
  pulls: (state, hands, who) => {
    const pulls = state.github.repository.pullRequests.toSorted((one, other) => other.number - one.number);
    if (pulls.length > 0) return pulls.map((pull) => renderPull(pull, state, hands, who));
    return [
      el(
        "div.empty",
        {},
        el("p", {}, "No pull requests yet."),
        el("p", {}, "A branch with a change in it can become the first: open one, or commit a change."),
      ),
    ];
  },
  issues: (state) => state.github.repository.issues.toSorted((one, other) => one.number - other.number).map(issue),
  branches: (state, hands, who) =>
    state.github.repository.branches.map((one) => branch(one, state.github, hands, who.permission !== "read")),
  environments: (state) =>
    state.environments
      .filter((one) => one.repository === state.github.repository.fullName)
      .map((one) => environment(one, state)),
};

/** The name of the repository that is shown; where there are several, a choice of them. */
export function renderRepositories(state, hands) {
  const { repositories, repository } = state.github;
  const names = repositories.map((one) => one.fullName);
  if (isDrawn(find("repository"), [names, repository.fullName])) return;
  if (names.length === 1) return replace(find("repository"), [repository.fullName]);
  replace(find("repository"), [
    el(
      "select",
      { "aria-label": "Repository", "data-focus": "repository", onchange: (event) => hands.show(event.target.value) },
      names.map((name) => el("option", { value: name, selected: name === repository.fullName }, name)),
    ),
  ]);
}

export function renderGitHub(state, view, hands, who) {
  const mayWrite = who.permission !== "read";
  for (const tab of document.querySelectorAll(".subtabs [data-view]")) {
    const chosen = tab.dataset.view === view;
    tab.setAttribute("aria-selected", String(chosen));
    tab.tabIndex = chosen ? 0 : -1;
  }
  find("view").setAttribute("aria-labelledby", `tab-${view}`);
  if (!isDrawn(find("toolbar"), [view, mayWrite, state.monitoring])) {
    replace(find("toolbar"), toolbars[view](hands, mayWrite, state.monitoring));
  }
  const parts = [view, who.user, state.github.repository, view === "environments" ? state.environments : ""];
  if (isDrawn(find("view"), parts)) return;
  replace(find("view"), views[view](state, hands, who));
}
