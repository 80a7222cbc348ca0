// The line: main, staging, production, each with its signal and what is there.
import { clockTime, el, find, isDrawn, replace, shortSha } from "./elements.js";

/** What people call a revision: its tag, the pull request that brought it, else where it stands. */
export function titleOf(sha, repository) {
  const tag = repository.tags.findLast((one) => one.sha === sha);
  if (tag) return tag.name;
  const pull = repository.pullRequests.find((one) => one.mergeSha === sha || (!one.merged && one.head.sha === sha));
  if (pull) return pull.title;
  const branch = repository.branches.find((one) => one.sha === sha);
  return branch && branch.name !== repository.defaultBranch ? `branch ${branch.name}` : "as it began";
}

function signal(name, sha, repository) {
  const last = repository.deployments
    .filter((one) => one.environment === name)
    .at(-1)
    ?.statuses.at(-1);
  if (last && ["in_progress", "queued", "pending"].includes(last.state))
    return ["wait", last.state.replaceAll("_", " ")];
  if (last && ["failure", "error"].includes(last.state)) return ["stop", last.state];
  return sha ? ["go", "live"] : ["off", "nothing live"];
}

function station({ name, sha, lamp, words, line, href }) {
  const inner = [
    el("span.post", { "aria-hidden": "true" }, el(`span.lamp.${lamp}`)),
    el(
      "span.station-main",
      {},
      el("span.station-name", {}, name, el("span.words", {}, words)),
      el("span.station-what", {}, sha && el("code", {}, shortSha(sha)), " ", line),
    ),
  ];
  return el(
    `li.station.${lamp}`,
    {},
    href
      ? el("a", { href, target: "_blank", rel: "noopener", "data-focus": `station/${name}` }, inner)
      : el("span.still", {}, inner),
  );
}

export function renderTrack(state) {
  const { repository, repositories } = state.github;
  if (isDrawn(find("track"), [repository.fullName, repositories, state.environments])) return;
  const head = repository.branches.find((one) => one.name === repository.defaultBranch)?.sha;
  const stations = state.environments.map((one) => {
    const sha = one.serving?.sha;
    const home = repositories.find((other) => other.fullName === one.repository) ?? repository;
    const [lamp, words] = signal(one.environment, sha, home);
    const since = one.serving ? ` · ${clockTime(Date.parse(one.serving.at))}` : "";
    return station({
      name: one.name,
      sha,
      lamp,
      words,
      line: sha ? `${titleOf(sha, home)}${since}` : "nothing is served yet",
      href: sha ? `/site/${one.name}/` : undefined,
    });
  });
  const first = station({
    name: repository.defaultBranch,
    sha: head,
    lamp: "clear",
    words: "branch",
    line: head ? titleOf(head, repository) : "",
  });
  replace(find("track"), [el("ol.line", {}, first, stations)]);
}
