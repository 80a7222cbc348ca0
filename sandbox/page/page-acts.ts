/**
 * What the page lets people do, each as GitHub or Slack would let them: read, checked, carried out through the
 * sandbox's two sides, never through the bot. Rights are looked at here, because the sides' own doors ask a browser's
 * session and the page has none.
 */
import { z } from "zod";
import type { SandboxPerson } from "../contract.ts";
import type { Sent } from "../slack-contract.ts";
import type { Act, Play } from "./play.ts";
import { runningDeployments } from "./trip.ts";

const user = z.string().max(40);
const line = z.string().max(256);
const text = z.string().max(20_000);
const number = z.number().int().positive();
/** The scene's first, unless said. */
const repository = line.optional();
const message = { user, channel: line, ts: z.string().max(40) };
const element = { actionId: line, blockId: line.optional() };
/** What an element is given: a text, the value of an option, several of them. */
const value = z.union([text, z.array(line).max(100)]);

const requestShape = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("say"), user, channel: line, text: text.min(1), threadTs: line.optional() }),
  z.object({ kind: z.literal("react"), ...message, emoji: line }),
  z.object({ kind: z.literal("unreact"), ...message, emoji: line }),
  z.object({ kind: z.literal("click"), ...message, ...element }),
  z.object({ kind: z.literal("choose"), ...message, ...element, value }),
  z.object({ kind: z.literal("become"), user }),
  z.object({ kind: z.literal("open-home"), user }),
  z.object({ kind: z.literal("click-home"), user, ...element }),
  z.object({ kind: z.literal("choose-home"), user, ...element, value }),
  z.object({ kind: z.literal("type"), user, ...element, value: text }),
  z.object({ kind: z.literal("fill"), user, ...element, value }),
  z.object({ kind: z.literal("click-modal"), user, ...element }),
  z.object({ kind: z.literal("submit-modal"), user }),
  z.object({ kind: z.literal("close-modal"), user, all: z.boolean() }),
  z.object({
    kind: z.literal("open-pull-request"),
    user,
    repository,
    head: line.min(1),
    base: line.min(1).optional(),
    title: line.min(1),
    body: text,
    draft: z.boolean(),
  }),
  z.object({
    kind: z.literal("edit-pull-request"),
    user,
    repository,
    number,
    title: line.min(1).optional(),
    body: text.optional(),
    draft: z.boolean().optional(),
  }),
  z.object({ kind: z.literal("merge-pull-request"), user, repository, number }),
  z.object({ kind: z.literal("close-pull-request"), user, repository, number }),
  z.object({ kind: z.literal("approve-pull-request"), user, repository, number }),
  z.object({ kind: z.literal("assign"), user, repository, number, login: line.min(1) }),
  z.object({ kind: z.literal("open-issue"), user, repository, title: line.min(1) }),
  z.object({
    kind: z.literal("commit"),
    user,
    repository,
    branch: line.min(1),
    /** The branch that a new one starts from; the default branch unless said. */
    from: line.min(1).optional(),
    name: line.min(1),
    detail: line,
  }),
  z.object({ kind: z.literal("delete-branch"), user, repository, branch: line.min(1) }),
  z.object({ kind: z.literal("kill-bot") }),
  z.object({ kind: z.literal("start-bot") }),
]);

export type PageRequest = z.infer<typeof requestShape>;
export type PageAnswer = { readonly ok: true } | { readonly ok: false; readonly message: string };

function personOf(play: Play, id: string): SandboxPerson {
  const person = play.scene.people.find((one) => one.slackUser === id);
  if (!person) throw new Error("Nobody with this id is in the sandbox.");
  return person;
}

function writerOf(play: Play, id: string): SandboxPerson {
  const person = personOf(play, id);
  if (person.permission !== "read") return person;
  throw new Error(`${person.name} may read what is here and open issues, but not write to it.`);
}

function repositoryOf(play: Play, wanted: string | undefined): string {
  const [first] = play.scene.repositories;
  const found = play.scene.repositories.find((name) => name === (wanted ?? first));
  if (found === undefined) throw new Error(`There is no repository ${wanted} here.`);
  return found;
}

async function say(play: Play, acts: Act[], request: Extract<PageRequest, { kind: "say" }>): Promise<void> {
  const person = personOf(play, request.user);
  if (request.text.startsWith("/")) {
    if (request.threadTs !== undefined) throw new Error("Slash commands cannot be used inside threads.");
    acts.push({ kind: "command", user: person.slackUser, text: request.text, at: play.context.clock.now() });
    await play.slack.command(person.slackUser, request.channel, request.text);
  } else if (request.threadTs === undefined) {
    await play.slack.say(person.slackUser, request.channel, request.text);
  } else {
    await play.slack.reply(person.slackUser, request.channel, request.threadTs, request.text);
  }
}

type Pressing = Extract<
  PageRequest,
  { kind: "click" | "choose" | "click-home" | "choose-home" | "fill" | "click-modal" }
>;

function pressed(slack: Play["slack"], by: string, request: Pressing): Promise<Sent | undefined> {
  const { actionId, blockId } = request;
  switch (request.kind) {
    case "click":
      return slack.click(by, request.channel, request.ts, actionId, blockId);
    case "choose":
      return slack.choose(by, request.channel, request.ts, actionId, request.value);
    case "click-home":
      return slack.clickInHome(by, actionId, blockId);
    case "choose-home":
      return slack.chooseInHome(by, actionId, request.value);
    case "fill":
      return slack.fill(by, actionId, request.value, blockId);
    case "click-modal":
      return slack.clickInModal(by, actionId, blockId);
  }
}

type OnGitHub = Extract<
  PageRequest,
  {
    kind:
      | "open-pull-request"
      | "edit-pull-request"
      | "merge-pull-request"
      | "close-pull-request"
      | "approve-pull-request"
      | "assign"
      | "open-issue"
      | "commit"
      | "delete-branch";
  }
>;

async function actOnGitHub(play: Play, request: OnGitHub): Promise<void> {
  const { github } = play;
  const repository = repositoryOf(play, request.repository);
  if (request.kind === "open-issue") {
    await github.createIssue(repository, personOf(play, request.user).login, request.title);
    return;
  }
  // Whoever can read may review.
  if (request.kind === "approve-pull-request") {
    return github.review(repository, personOf(play, request.user).login, request.number, "APPROVED");
  }
  const { login } = writerOf(play, request.user);
  switch (request.kind) {
    case "open-pull-request": {
      const { title, body, head, base, draft } = request;
      const into = base === undefined ? {} : { base };
      await github.openPullRequest(repository, login, { title, body, head, ...into, draft });
      return;
    }
    case "edit-pull-request": {
      const { title, body, draft } = request;
      return github.editPullRequest(repository, login, request.number, {
        ...(title === undefined ? {} : { title }),
        ...(body === undefined ? {} : { body }),
        ...(draft === undefined ? {} : { draft }),
      });
    }
    case "merge-pull-request":
      await github.mergePullRequest(repository, login, request.number);
      return;
    case "close-pull-request":
      return github.closePullRequest(repository, login, request.number);
    case "assign":
      return github.assign(repository, login, request.number, [request.login]);
    case "delete-branch":
      return github.deleteBranch(repository, login, request.branch);
    case "commit": {
      const { name, detail, branch, from } = request;
      const { branches, defaultBranch } = github.view(repository);
      if (branch === defaultBranch) {
        throw new Error("The default branch is protected: commit to another branch and open a pull request.");
      }
      if (from !== undefined && branches.every((one) => one.name !== branch)) {
        await github.createRef(repository, login, `refs/heads/${branch}`, from);
      }
      await github.commit(repository, login, {
        branch,
        message: `Show customers: ${name}`,
        changes: play.scene.change(github, repository, { name, detail, branch }),
      });
      return;
    }
  }
}

async function carryOut(play: Play, acts: Act[], request: PageRequest): Promise<void> {
  const { slack, github } = play;
  switch (request.kind) {
    case "say":
      return say(play, acts, request);
    case "react": {
      const by = personOf(play, request.user).slackUser;
      acts.push({ kind: "react", user: by, ts: request.ts, emoji: request.emoji, at: play.context.clock.now() });
      return slack.react(by, request.channel, request.ts, request.emoji);
    }
    case "unreact":
      return slack.unreact(personOf(play, request.user).slackUser, request.channel, request.ts, request.emoji);
    case "click":
    case "choose":
    case "click-home":
    case "choose-home":
    case "fill":
    case "click-modal": {
      if (request.kind === "click") {
        const { user: by, ts, actionId } = request;
        acts.push({ kind: "click", user: by, ts, actionId, at: play.context.clock.now() });
      }
      const sent = await pressed(slack, personOf(play, request.user).slackUser, request);
      if (sent !== undefined && (sent.status < 200 || sent.status > 299)) {
        throw new Error("The bot did not answer. Slack shows a warning sign beside what was pressed.");
      }
      return;
    }
    case "type":
      return slack.type(personOf(play, request.user).slackUser, request.actionId, request.value, request.blockId);
    case "submit-modal":
      await slack.submit(personOf(play, request.user).slackUser);
      return;
    case "close-modal":
      return slack.closeModal(personOf(play, request.user).slackUser, request.all);
    case "open-home":
      acts.push({ kind: "home", user: request.user, at: play.context.clock.now() });
      return slack.openHome(personOf(play, request.user).slackUser);
    case "become":
      return github.signIn(personOf(play, request.user).login);
    case "open-pull-request":
    case "edit-pull-request":
    case "merge-pull-request":
    case "close-pull-request":
    case "approve-pull-request":
    case "assign":
    case "open-issue":
    case "commit":
    case "delete-branch":
      return actOnGitHub(play, request);
    case "kill-bot":
      acts.push({
        kind: "kill",
        running: play.scene.repositories.flatMap((name) => runningDeployments(github.view(name))),
        at: play.context.clock.now(),
      });
      return play.bot.kill();
    case "start-bot":
      return play.bot.start();
  }
}

/** Carries one request out; whatever goes wrong is answered in a sentence, never thrown. */
export async function act(play: Play, acts: Act[], body: unknown): Promise<PageAnswer> {
  const request = requestShape.safeParse(body);
  if (!request.success) return { ok: false, message: z.prettifyError(request.error) };
  try {
    await carryOut(play, acts, request.data);
    return { ok: true };
  } catch (error) {
    // Both sides reject with what GitHub and Slack would say, so the message is fit to show.
    return { ok: false, message: error instanceof Error ? error.message : String(error) };
  }
}
