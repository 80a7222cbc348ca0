/**
 * What changed, for people who read of a release or a promotion: the pull requests that ship, grouped by their labels or,
 * where none of these says what a change is, by the type that its title begins with (https://www.conventionalcommits.org).
 */
export type NotedPullRequest = {
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly author: string;
  readonly labels: readonly string[];
  readonly issues: readonly { readonly repository: string; readonly number: number }[];
};

const noteGroups = ["breaking", "features", "fixes", "performance", "docs", "dependencies", "other"] as const;
export type NoteGroup = (typeof noteGroups)[number];

export type NotedChange = Omit<NotedPullRequest, "body" | "labels"> & {
  /** The title without the type that it begins with. */
  readonly title: string;
  readonly scope?: string;
};

export type ReleaseNotes = {
  /** In the order of `noteGroups`, without empty ones; changes in the order in which they were given. */
  readonly groups: readonly { readonly group: NoteGroup; readonly changes: readonly NotedChange[] }[];
  /** Whoever wrote any of it, people before programs, each once. */
  readonly authors: readonly string[];
  readonly compareUrl?: string;
};

const leaveOut = ["ignore-for-release", "skip-changelog", "no-changelog"];

/** Labels as GitHub and the usual tools name them, in lower case and without an emoji or a prefix such as `type:`. */
const groupOfLabel: ReadonlyMap<string, NoteGroup> = new Map([
  ...["breaking", "breaking-change", "breaking change", "semver-major", "major"].map(
    (label) => [label, "breaking"] as const,
  ),
  ...["enhancement", "feature", "feat"].map((label) => [label, "features"] as const),
  ...["bug", "bugfix", "fix", "regression", "hotfix"].map((label) => [label, "fixes"] as const),
  ...["performance", "perf"].map((label) => [label, "performance"] as const),
  ...["documentation", "docs"].map((label) => [label, "docs"] as const),
  ...["dependencies", "deps"].map((label) => [label, "dependencies"] as const),
]);

const groupOfType: ReadonlyMap<string, NoteGroup> = new Map([
  ["feat", "features"],
  ["feature", "features"],
  ["fix", "fixes"],
  ["bugfix", "fixes"],
  ["hotfix", "fixes"],
  ["perf", "performance"],
  ["docs", "docs"],
  ...["build", "chore", "ci", "refactor", "revert", "style", "test"].map((type) => [type, "other"] as const),
]);

/** `type(scope)!: description` */
const conventional = /^([a-z]+)(?:\(([^()\r\n]{1,60})\))?(!)?: *(\S.*)$/iu;
const breakingFooter = /^BREAKING[ -]CHANGE: \S/mu;

export function releaseNotes(pullRequests: readonly NotedPullRequest[], compareUrl?: string): ReleaseNotes {
  const told = pullRequests.filter(({ labels }) => !labels.some((label) => leaveOut.includes(bare(label))));
  const sorted = told.map((pull) => ({ group: groupOf(pull), change: changeOf(pull) }));
  const groups = noteGroups.map((group) => ({
    group,
    changes: sorted.filter((one) => one.group === group).map(({ change }) => change),
  }));
  const authors = [...new Set(told.map(({ author }) => author))];
  return {
    groups: groups.filter(({ changes }) => changes.length > 0),
    authors: [...authors.filter((login) => !isProgram(login)), ...authors.filter(isProgram)],
    ...(compareUrl === undefined ? {} : { compareUrl }),
  };
}

function groupOf({ title, body, labels }: NotedPullRequest): NoteGroup {
  const named = labels.flatMap((label) => groupOfLabel.get(bare(label)) ?? []);
  const typed = read(title);
  if (named.includes("breaking") || typed?.breaking === true || breakingFooter.test(body)) return "breaking";
  const byLabel = noteGroups.find((group) => named.includes(group));
  if (byLabel !== undefined) return byLabel;
  if (typed?.scope === "deps") return "dependencies";
  return typed === undefined ? "other" : typed.group;
}

function changeOf({ number, title, author, issues }: NotedPullRequest): NotedChange {
  const typed = read(title);
  const said = typed === undefined ? { title } : { title: typed.description };
  return { number, ...said, ...(typed?.scope === undefined ? {} : { scope: typed.scope }), author, issues };
}

/** Undefined when the title begins with no type that is known: `Note: …` is only a title. */
function read(title: string) {
  const [, type = "", scope, mark, description = ""] = conventional.exec(title.trim()) ?? [];
  const group = groupOfType.get(type.toLowerCase());
  return group && { group, scope, breaking: mark === "!", description };
}

/** `🐛 type: Bug` → `bug` */
function bare(label: string): string {
  const words = label.toLowerCase().replace(/^[^a-z]+/u, "");
  return words
    .slice(words.lastIndexOf(":") + 1)
    .replace(/[^a-z]+$/u, "")
    .trim();
}

function isProgram(login: string): boolean {
  return login.endsWith("[bot]");
}
