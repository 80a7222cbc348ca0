/**
 * The operations on a real database, between a GitHub and a Slack that keep state in memory and a deployer that does as
 * it is told. Wakes are worked off until nothing is left to do, so a test says what happens and then looks at the state.
 */
import type { Kysely } from "kysely";
import type { Pool } from "pg";
import { pino } from "pino";
import type { Command } from "../../src/commands/command.ts";
import type { Attempt, Deployer, Found, Observation, Started } from "../../src/deployers/contract.ts";
import { createReleaseDeployer } from "../../src/deployers/release.ts";
import type { DeploymentAction } from "../../src/operations/actions.ts";
import { createAdvancer } from "../../src/operations/advance.ts";
import { advanceVersion } from "../../src/operations/advance-version.ts";
import { lookAtBackMerge } from "../../src/operations/back-merge.ts";
import type { Bot } from "../../src/operations/bot.ts";
import { followBranch } from "../../src/operations/follow-branch.ts";
import { judgePullRequestGates } from "../../src/operations/judge-pull-request-gate.ts";
import { lookAtEnvironment } from "../../src/operations/look-at-environment.ts";
import { noteReaction } from "../../src/operations/note-reaction.ts";
import { loadPlaces, loadServices, type Place } from "../../src/operations/place.ts";
import {
  type FoundPullRequest,
  type GitHubPort,
  OutsideError,
  Refusal,
  type RepositoryRef,
  type SlackChannel,
  type SlackPerson,
  type StandingReaction,
} from "../../src/operations/ports.ts";
import { readPipeline } from "../../src/operations/read-pipeline.ts";
import { standingRelease, wantRelease } from "../../src/operations/releases.ts";
import type { NoteContent, ReplyContent } from "../../src/operations/said.ts";
import { lookAtSchedule } from "../../src/operations/schedule.ts";
import { seeRepository } from "../../src/operations/see-repository.ts";
import type { SignIn } from "../../src/operations/sign-in.ts";
import { takeAction } from "../../src/operations/take-action.ts";
import { takeCommand } from "../../src/operations/take-command.ts";
import {
  type CheckFacts,
  type Permission,
  pendingStatuses,
  runningStatuses,
  type Status,
} from "../../src/policy/model.ts";
import { pathMatcher } from "../../src/policy/paths.ts";
import type { NamedIssue } from "../../src/policy/pull-request.ts";
import { answerOf } from "../../src/slack/emoji.ts";
import type { Database } from "../../src/store/schema.ts";
import { testDatabase } from "../harness/database.ts";
import { recordedWake, type Woken } from "../harness/recorded-wake.ts";
import { testContext } from "../harness/test-context.ts";
import { type Begin, begun } from "./begun-world.ts";
import { type FakeVersions, fakeVersions } from "./fake-versions.ts";

export const repository: RepositoryRef & { readonly private: boolean } = {
  id: 1,
  fullName: "acme/shop",
  installationId: 7,
  defaultBranch: "main",
  private: true,
};

export const shopPipeline = `
channel: "#shop-deploys"
people: {alice: U0000ALICE, rosa: U0000ROSA, olaf: U0000OLAF, bob: U0000BOB}
groups: {release-managers: [rosa, bob]}
environments:
  staging:
    branch: main
    deploy: make deploy
  production:
    approvals: {count: 1, from: [release-managers], requester: false, expires: 8h}
    deploy:
      - test: make test
      - migrate: make migrate
      - deploy: make deploy
`;

export type FakeGitHub = GitHubPort & {
  file: string | undefined;
  /** Texts by path; undefined when GitHub does not tell. */
  workflowFiles: ReadonlyMap<string, string> | undefined;
  /** Every call fails, as when GitHub cannot be reached. */
  down: boolean;
  /** Oldest first; a commit's tree is `tree-` and its content. */
  readonly commits: { sha: string; tree: string; author: string; parents: readonly string[] }[];
  readonly branches: Map<string, string>;
  /** Tags, by name. */
  readonly tagged: Map<string, string>;
  readonly checksOf: Map<string, readonly CheckFacts[]>;
  readonly permissions: Map<string, Permission>;
  /** Who is in which team, by `org/slug`; asked of another, GitHub refuses. */
  readonly teams: Map<string, readonly string[]>;
  readonly issues: Map<number, NamedIssue["state"]>;
  readonly pulls: Map<number, FoundPullRequest>;
  readonly reviewers: Map<number, readonly string[]>;
  /** Texts by `<commit or ref>:<path>`; the pipeline file is the same everywhere else. */
  readonly files: Map<string, string>;
  /** Paths that a commit changed; none where nothing is said. */
  readonly changed: Map<string, readonly string[]>;
  /** Whether a branch requires the bot's check; unknown for the others. */
  readonly guarded: Map<string, boolean>;
  /** How GitHub's own Deployments stand. */
  readonly deployments: Map<number, { state: string; by: string }>;
  /** How often each call was made. */
  readonly calls: Map<string, number>;
};

/** A SHA that a person can tell apart: `sha("a")` begins with `aaaa…`. */
export function sha(letter: string): string {
  return letter.repeat(40).slice(0, 40);
}

function fakeGitHub(): FakeGitHub {
  const commits: FakeGitHub["commits"] = [];
  const branches = new Map<string, string>();
  const calls = new Map<string, number>();
  const count = (name: string) => {
    calls.set(name, (calls.get(name) ?? 0) + 1);
    if (github.down) throw new OutsideError("GitHub does not answer");
  };
  const indexOf = (commit: string) => commits.findIndex((candidate) => candidate.sha === commit);
  /** A commit and all that it builds on. */
  const reached = (commit: string, seen = new Set<string>()): ReadonlySet<string> => {
    if (seen.has(commit)) return seen;
    seen.add(commit);
    for (const parent of commits[indexOf(commit)]?.parents ?? []) reached(parent, seen);
    return seen;
  };
  const found = (commit: string, ref?: string) => {
    const at = commits[indexOf(commit)];
    return at && { sha: at.sha, tree: at.tree, inRepository: true, ...(ref === undefined ? {} : { ref }) };
  };
  const github: FakeGitHub = {
    file: shopPipeline,
    workflowFiles: new Map(),
    down: false,
    commits,
    branches,
    tagged: new Map(),
    checksOf: new Map(),
    permissions: new Map<string, Permission>([
      ["alice", "write"],
      ["rosa", "maintain"],
      ["bob", "write"],
      ["olaf", "read"],
    ]),
    teams: new Map(),
    issues: new Map(),
    pulls: new Map(),
    reviewers: new Map(),
    files: new Map(),
    changed: new Map(),
    guarded: new Map(),
    deployments: new Map(),
    calls,
    async repository(told) {
      count("repository");
      return { ...told, private: true };
    },
    async revision(_repository, name) {
      count("revision");
      const head = branches.get(name);
      if (head !== undefined) return found(head, name);
      const tag = github.tagged.get(name);
      if (tag !== undefined) return found(tag, name);
      const commit = commits.find((candidate) => name.length >= 7 && candidate.sha.startsWith(name));
      return commit && found(commit.sha);
    },
    async branchHead(_repository, branch) {
      count("branchHead");
      const head = branches.get(branch);
      return head === undefined ? undefined : found(head, branch);
    },
    async compare(_repository, base, head) {
      count("compare");
      const [from, to] = [reached(base), reached(head)];
      // As GitHub does: what the head has and the base has not.
      const between = commits.filter((commit) => to.has(commit.sha) && !from.has(commit.sha));
      const lacks = commits.some((commit) => from.has(commit.sha) && !to.has(commit.sha));
      const comparison = between.length === 0 ? (lacks ? "behind" : "identical") : lacks ? "diverged" : "ahead";
      return {
        comparison,
        commits: between.length,
        shas: between.map((commit) => commit.sha),
        authors: [...new Set(between.map((commit) => commit.author))],
        files: between.flatMap((commit) => github.changed.get(commit.sha) ?? []).slice(0, 300),
      };
    },
    async content(_repository, commit, paths) {
      count("content");
      const belongs = pathMatcher(paths);
      const touching = [...reached(commit)].filter((one) => (github.changed.get(one) ?? []).some(belongs));
      // What the files hold follows from the commits that changed one of them.
      return `content-${touching
        .map((one) => commits[indexOf(one)]?.tree)
        .toSorted()
        .join("-")}`;
    },
    async changedFiles(_repository, number) {
      count("changedFiles");
      const head = github.pulls.get(number)?.headSha ?? "";
      return { paths: github.changed.get(head) ?? [], whole: true };
    },
    async tree(_repository, commit) {
      count("tree");
      const tree = found(commit)?.tree;
      if (tree === undefined) throw new OutsideError(`there is no commit ${commit}`);
      return tree;
    },
    async checks(_repository, commit) {
      count("checks");
      return github.checksOf.get(commit) ?? [];
    },
    async permission(_repository, login) {
      count("permission");
      return github.permissions.get(login) ?? "none";
    },
    async teamMembers(_repository, team) {
      count("teamMembers");
      const members = github.teams.get(team);
      if (members === undefined) throw new OutsideError(`there is no team ${team}`);
      return members;
    },
    async pipelineSources() {
      count("pipelineSources");
      if (github.file === undefined) return undefined;
      return { sources: [{ name: "acme/shop:.github/signalbox.yml", text: github.file }], merged: undefined };
    },
    async inBulk() {
      count("inBulk");
      return new Map();
    },
    async pipelineFiles() {
      count("pipelineFiles");
      return { files: new Map(), workflows: new Map() };
    },
    async workflows() {
      count("workflows");
      return github.workflowFiles;
    },
    async issue(_repository, named) {
      count("issue");
      return github.issues.get(named.number) ?? "missing";
    },
    async pullRequest(_repository, number) {
      count("pullRequest");
      return github.pulls.get(number);
    },
    async openPullRequests() {
      count("openPullRequests");
      return [...github.pulls.values()].filter((pull) => pull.state === "open");
    },
    async reviewersOf(_repository, number) {
      count("reviewersOf");
      return github.reviewers.get(number) ?? [];
    },
    async changesFile(_repository, number, path) {
      count("changesFile");
      return github.files.has(`${github.pulls.get(number)?.headSha}:${path}`);
    },
    async fileAt(_repository, at, path) {
      count("fileAt");
      const own = path === ".github/signalbox.yml" ? github.file : undefined;
      return github.files.get(`${at}:${path}`) ?? own;
    },
    async requiresCheck(_repository, branch) {
      count("requiresCheck");
      return github.guarded.get(branch);
    },
    async ownLogin() {
      return "signalbox[bot]";
    },
    async mergedPullRequest(_repository, branch, commit) {
      count("mergedPullRequest");
      return [...github.pulls.values()].find((pull) => pull.mergeSha === commit && pull.baseRef === branch);
    },
    async deploymentState(_repository, deployment) {
      count("deploymentState");
      return github.deployments.get(deployment);
    },
    async recentCommits(_repository, branch) {
      count("recentCommits");
      const recent: { sha: string; tree: string; title: string }[] = [];
      let at = commits[indexOf(branches.get(branch) ?? "")];
      while (at !== undefined) {
        recent.push({ sha: at.sha, tree: at.tree, title: `Change ${at.sha.slice(0, 1)}` });
        at = commits[indexOf(at.parents[0] ?? "")];
      }
      return recent;
    },
    async tags() {
      count("tags");
      return [...github.tagged].map(([name, commit]) => ({ name, sha: commit }));
    },
    async refNames() {
      return [...branches.keys()];
    },
    async gitAccess() {
      return { url: "file:///nowhere" };
    },
  };
  return github;
}

/** What a stage does: ends so, or goes on until the test says otherwise. */
export type Script = (attempt: Attempt) => Observation;

export type FakeDeployer = Omit<Deployer, "callOutlivesMs"> & {
  callOutlivesMs: number;
  /** Every start, in order: what was really set going. */
  readonly starts: Attempt[];
  readonly cancelled: string[];
  script: Script;
  onStart: (attempt: Attempt) => Started | Promise<Started>;
  onFind: (attempt: Attempt) => Found;
};

function fakeDeployer(kind: Deployer["kind"]): FakeDeployer {
  const deployer: FakeDeployer = {
    kind,
    callTimeoutMs: 1_000,
    callOutlivesMs: 0,
    starts: [],
    cancelled: [],
    script: () => ({ state: "success", proven: true }),
    onStart: () => ({ kind: "started", handle: {} }),
    onFind: () => ({ kind: "started", handle: {} }),
    async start(attempt) {
      deployer.starts.push(attempt);
      return await deployer.onStart(attempt);
    },
    async observe(attempt) {
      if (deployer.cancelled.includes(attempt.token)) return { state: "cancelled", proven: true };
      return deployer.script(attempt);
    },
    async cancel(attempt) {
      deployer.cancelled.push(attempt.token);
    },
    async find(attempt) {
      return deployer.onFind(attempt);
    },
  };
  return deployer;
}

/** GitHub's web flow: a code is `code-` and the login of whoever pressed Authorize; any other is refused. */
function signIn(): SignIn {
  return {
    stateOf: (id) => `state-${id}`,
    address: (id) => `https://github.example/login/oauth/authorize?state=state-${id}`,
    async account(_id, code) {
      const [, login, number] = /^code-([A-Za-z]+)(\d*)$/u.exec(code) ?? [];
      if (login === undefined) throw new Refusal("GitHub refused the sign-in: bad_verification_code");
      return { login, id: number === "" ? login.charCodeAt(0) : Number(number) };
    },
  };
}

export type World = {
  readonly bot: Bot;
  readonly db: Kysely<Database>;
  /** The connections of `db`. */
  readonly pool: Pool;
  readonly github: FakeGitHub;
  readonly versions: FakeVersions;
  readonly deployer: FakeDeployer;
  /** Carries out the stages that wait for a check. */
  readonly checker: FakeDeployer;
  readonly clock: ReturnType<typeof testContext>["clock"];
  readonly faults: ReturnType<typeof testContext>["faults"];
  /** Every status that a deployment came into, in order. */
  readonly counted: readonly Status[];
  readonly slackPeople: Map<string, Partial<SlackPerson>>;
  /** By id. */
  readonly slackChannels: Map<string, SlackChannel>;
  /** Who is in which user group, by its id; asked of another, Slack refuses. */
  readonly usergroups: Map<string, readonly string[]>;
  /** The reactions that stand on a message in Slack, by its ts. */
  readonly standing: Map<string, readonly StandingReaction[]>;
  commandsAllowed: boolean;
  pinsAllowed: boolean;
  /** Adds a commit to main and returns its SHA; the tree follows from the content, by default new each time. */
  commit(
    letter: string,
    options?: {
      author?: string;
      content?: string;
      branch?: string;
      /** By default what the branch holds, or main where there is no such branch. */
      parents?: readonly string[];
    },
  ): string;
  /** Works off every wake that is due until nothing is left; timers set meanwhile, and wakes for later, stay set. */
  settle(): Promise<void>;
  /** Lets time pass, with the timers and the wakes whose time comes. */
  tick(ms: number): Promise<void>;
  /** As the jobs' sweep: what is due without a wake, or with `everything` all that has not ended. Errors stay within. */
  sweep(everything?: boolean): Promise<void>;
  /** As after kill -9 and a new start: nothing in memory is left, and no wake. */
  restart(): void;
  /** A new pipeline file on the default branch, read as after a push. */
  pipeline(file: string | undefined): Promise<void>;
  /** One click on a button of a deployment's present message. */
  click(slackUser: string, action: DeploymentAction, deployment: number, key?: string): Promise<ReplyContent>;
  /** `at`: when it was typed, where that was not now. */
  command(slackUser: string, command: Command, key?: string, at?: number): Promise<ReplyContent>;
  /** Puts the message of a deployment's current ask where reactions find it, as the projection would. */
  post(deployment: number): Promise<{ channel: string; ts: string }>;
  react(slackUser: string, deployment: number, emoji?: string, present?: boolean): Promise<void>;
  deployment(id: number): Promise<Awaited<ReturnType<typeof row>>>;
  environment(name: string): Promise<Place["environment"]>;
  notes(): Promise<readonly string[]>;
  /** What was said in full, in order. */
  said(): Promise<readonly NoteContent[]>;
  /** Everything stored is gone, as in a new database. */
  empty(): Promise<void>;
  close(): Promise<void>;
};

async function row(db: Kysely<Database>, id: number) {
  return await db.selectFrom("deployment").selectAll().where("id", "=", id).executeTakeFirstOrThrow();
}

const nothingMore: Begin = async () => undefined;

/** The repository is known, with this pipeline file, and what the tests begin with has been done (`begun-world.ts`). */
export async function openWorld(options: { readonly file?: string; readonly begin?: Begin } = {}): Promise<World> {
  const database = await testDatabase();
  const { context, clock, faults, seed } = testContext();
  const wake = recordedWake();
  const github = fakeGitHub();
  const versions = fakeVersions(github);
  if (options.file !== undefined) github.file = options.file;
  const deployer = fakeDeployer("run");
  const checker = fakeDeployer("check");
  const slackPeople: World["slackPeople"] = new Map();
  const { db, pool } = database;
  const counted: Status[] = [];
  const bot: Bot = {
    context,
    log: pino({ level: "silent" }),
    db,
    wake,
    github,
    versions,
    slack: {
      async person(_team, user) {
        const known = slackPeople.get(user) ?? {};
        return { id: user, name: user, bot: false, guest: false, stranger: false, deleted: false, ...known };
      },
      async channels() {
        return [...world.slackChannels.values()];
      },
      async usergroupMembers(usergroup) {
        const slackUsers = world.usergroups.get(usergroup);
        if (slackUsers === undefined) throw new OutsideError(`there is no user group ${usergroup}`);
        return { team: "T1", slackUsers };
      },
      async reactions(_channel, ts) {
        return world.standing.get(ts) ?? [];
      },
    },
    signIn: signIn(),
    deployers: {
      run: deployer,
      release: createReleaseDeployer({
        clock,
        releases: {
          want: async (id, installation) =>
            await db.transaction().execute((trx) => wantRelease(trx, wake, id, installation)),
          standing: (id) => standingRelease(db, id),
        },
      }),
      http: { ...deployer, kind: "http" },
      check: checker,
      deployment: { ...deployer, kind: "deployment" },
      actions: { ...deployer, kind: "actions" },
      pin: { ...deployer, kind: "pin" },
      probe: { ...deployer, kind: "probe" },
      prometheus: { ...deployer, kind: "prometheus" },
      gitlab: { ...deployer, kind: "gitlab" },
    },
    operator: {
      commandsAllowed: () => world.commandsAllowed,
      pinAllowed: () => world.pinsAllowed,
      secrets: () => ({ values: {}, refused: [] }),
      outbound: [],
    },
    githubUrl: "https://github.example",
    servicesKnown: async () => undefined,
    count: (status) => counted.push(status),
  };
  let advancer = createAdvancer(bot);
  const memory = { later: [] as Woken[], commands: 0, eventTs: 0 };

  /** As the sweep does with steps of versions, and with branches that may lack what others have. */
  async function lookAtVersions(everything: boolean): Promise<void> {
    const now = new Date(clock.now());
    const steps = await db.selectFrom("candidate").select(["id", "look_at"]).where("ended_at", "is", null).execute();
    for (const { id, look_at: at } of steps) {
      if (everything || (at !== null && at <= now)) await advanceVersion(bot, id).catch(() => undefined);
    }
    const pairs = await db.selectFrom("back_merge").select("id").where("look_at", "<=", now).execute();
    for (const { id } of pairs) await lookAtBackMerge(bot, id).catch(() => undefined);
  }

  /** As the sweep does with environments of which a lock or a freeze ends. */
  async function lookAtHeld(): Promise<void> {
    const due = await db.selectFrom("environment").select("id").where("look_at", "<=", new Date(clock.now())).execute();
    for (const { id } of due) {
      await lookAtEnvironment(bot, id);
      await lookAtSchedule(bot, id);
    }
  }

  const world: World = {
    bot,
    db,
    pool,
    github,
    versions,
    deployer,
    checker,
    clock,
    faults,
    counted,
    slackPeople,
    usergroups: new Map(),
    standing: new Map(),
    slackChannels: new Map([["C1", { id: "C1", name: "shop-deploys", team: "T1", archived: false, member: true }]]),
    commandsAllowed: true,
    pinsAllowed: true,
    commit(letter, { author = "alice", content = letter, branch = "main", parents } = {}) {
      const before = github.branches.get(branch) ?? github.branches.get("main");
      const builtOn = parents ?? (before === undefined ? [] : [before]);
      const commit = { sha: sha(letter), tree: `tree-${content}`, author, parents: builtOn };
      github.commits.push(commit);
      github.branches.set(branch, commit.sha);
      return commit.sha;
    },
    async settle() {
      for (let round = 0; round < 200; round += 1) {
        const woken = [...memory.later, ...wake.take()].filter(({ queue }) => queue !== "project" && queue !== "inbox");
        const isDue = (one: Woken) => one.at === undefined || one.at <= clock.now();
        memory.later = woken.filter((one) => !isDue(one));
        const due = woken.filter(isDue);
        const ids = new Set(due.filter(({ queue }) => queue === "advance").map((one) => Number(one.key)));
        const environments = new Set(due.filter(({ queue }) => queue === "judge").map((one) => Number(one.key)));
        const steps = new Set(due.filter(({ queue }) => queue === "version").map((one) => Number(one.key)));
        for (const id of ids) await advancer.advance(id);
        for (const step of steps) await advanceVersion(bot, step);
        for (const environment of environments) await judgePullRequestGates(bot, environment);
        await advancer.idle();
        if (due.length === 0 && wake.woken.length === 0) return;
        // People and machines take their time: nothing that follows from something else happens at the same instant.
        await clock.advance(10);
      }
      throw new Error("the world does not come to rest");
    },
    async tick(ms) {
      await clock.advance(ms);
      await lookAtHeld();
      await lookAtVersions(false);
      await world.settle();
    },
    async sweep(everything = false) {
      const rows = await db
        .selectFrom("deployment")
        .select("id")
        .where((row) =>
          row.or([row("status", "in", [...pendingStatuses, ...runningStatuses]), row("on_failure", "=", "wanted")]),
        )
        .$if(!everything, (query) => query.where("look_at", "<=", new Date(clock.now())))
        .orderBy("id")
        .execute();
      for (const { id } of rows) await advancer.advance(id).catch(() => undefined);
      await lookAtHeld();
      await lookAtVersions(everything);
      await world.settle();
    },
    restart() {
      void advancer.stop();
      advancer = createAdvancer(bot);
      wake.take();
      memory.later = [];
    },
    async pipeline(file) {
      github.file = file;
      await readPipeline(bot, repository);
      await world.settle();
    },
    async click(slackUser, action, deployment, key = `click-${deployment}-${slackUser}-${action}`) {
      const { ask } = await row(db, deployment);
      const reply = await takeAction(bot, {
        action,
        deployment,
        ask,
        team: "T1",
        slackUser,
        channel: "C1",
        key,
        at: clock.now(),
      });
      await world.settle();
      return reply;
    },
    async command(slackUser, command, key, at = clock.now()) {
      memory.commands += 1;
      const from = {
        kind: "slack",
        team: "T1",
        slackUser,
        channel: { id: "C1", name: "shop-deploys" },
        key: key ?? `trigger-${memory.commands}`,
        at,
      } as const;
      const reply = await takeCommand(bot, command, from);
      await world.settle();
      return reply;
    },
    async post(deployment) {
      const { ask } = await row(db, deployment);
      const external = { team: "T1", channel: "C1", ts: `${deployment}.${ask}` };
      await db
        .updateTable("projection")
        .set({ external: JSON.stringify(external) })
        .where("key", "=", `slack.message/${deployment}/${ask}`)
        .execute();
      return external;
    },
    async react(slackUser, deployment, emoji = "white_check_mark", present = true) {
      const at = await world.post(deployment);
      memory.eventTs += 1;
      const reaction = {
        team: "T1",
        ...at,
        slackUser,
        emoji,
        present,
        eventTs: `${clock.now() / 1000 + memory.eventTs / 1_000_000}`,
      };
      await noteReaction(bot, answerOf, reaction);
      await world.settle();
    },
    deployment: (id) => row(db, id),
    async environment(name) {
      const [service] = await loadServices(db);
      if (service === undefined) throw new Error("no service is known");
      const place = (await loadPlaces(db, service)).find((candidate) => candidate.policy.name === name);
      if (place === undefined) throw new Error(`no environment ${name}`);
      return place.environment;
    },
    async notes() {
      const rows = await db.selectFrom("note").select("content").orderBy("id").execute();
      return rows.map(({ content }) => content.code);
    },
    async said() {
      const rows = await db.selectFrom("note").select("content").orderBy("id").execute();
      return rows.map(({ content }) => content);
    },
    async empty() {
      world.restart();
      await database.empty();
    },
    async close() {
      await advancer.stop();
      await database.drop();
    },
  };
  await begun({
    world,
    database,
    remembering: [world, github, versions, deployer, checker, faults, seed, memory],
    begin: options.begin ?? nothingMore,
    async build(begin) {
      await seeRepository(bot, repository);
      await begin(world);
      memory.later.push(...wake.take());
    },
  });
  return world;
}

/** Brings a commit to staging as a push to main does, without a pull request. */
export async function push(
  world: World,
  letter: string,
  options: Parameters<World["commit"]>[1] = {},
): Promise<string> {
  const before = world.github.branches.get(options.branch ?? "main") ?? nothing;
  const commit = world.commit(letter, options);
  await tellPush(world, options.branch ?? "main", before);
  return commit;
}

/** What a push names where there was, or is, no branch. */
export const nothing = "0".repeat(40);

/** Tells of a push to a branch as GitHub does; where the branch is gone, of its deletion. */
export async function tellPush(
  world: World,
  branch: string,
  before: string,
  { forced = false, pusher = "alice" }: { readonly forced?: boolean; readonly pusher?: string } = {},
): Promise<void> {
  const after = world.github.branches.get(branch);
  await followBranch(world.bot, {
    ...{ repository, branch, before, after: after ?? nothing, deleted: after === undefined, forced, pusher },
    changedPaths: [],
  });
  await world.settle();
}
