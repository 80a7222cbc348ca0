/**
 * A Slack that runs beside the bot: the Web API and response URLs over plain HTTP, and commands, events and interactions
 * sent to the bot, signed, or over the socket that it opened. It holds no shortcut into the bot; what it does not do
 * (files, search) it refuses as Slack refuses an unknown method.
 */
import type { Context } from "../../src/context.ts";
import type { SandboxPerson } from "../contract.ts";
import type { SandboxSlack } from "../slack-contract.ts";
import type { Api } from "./api-method.ts";
import type { Around } from "./around.ts";
import { createDelivery } from "./delivery.ts";
import { createDoor } from "./door.ts";
import { createEvents } from "./events.ts";
import { type AppManifest, readManifest } from "./manifest.ts";
import { pressInMessage } from "./message-acts.ts";
import { createPeopleActions } from "./people-actions.ts";
import { createResponseUrls } from "./response-urls.ts";
import { createSockets } from "./sockets.ts";
import { createTriggers } from "./triggers.ts";
import { createViewActs } from "./view-acts.ts";
import { createViews, viewSeen } from "./views.ts";
import { createWorkspace, type SlackEnterprise, type SlackUser, viewMessage } from "./workspace.ts";
import { createWorkspaceActs } from "./workspace-acts.ts";

export type SandboxSlackOptions = {
  readonly context: Context;
  readonly people: readonly SandboxPerson[];
  /** Names, with or without `#`. */
  readonly channels: readonly string[];
  readonly host?: string;
  readonly port?: number;
  /** What the app is, where it is not what manifest.yml says. */
  readonly manifest?: Partial<AppManifest>;
  /** Puts the workspace into an organisation with others. */
  readonly enterprise?: SlackEnterprise;
  /** Where permalinks lead, without a slash at the end; the Slack's own address without it. */
  readonly webUrl?: string;
};

/** What the page needs beyond the contract. */
export type SandboxSlackServer = SandboxSlack & {
  users(): readonly SlackUser[];
  /** Slash commands of the app, with the slash. */
  commands(): readonly string[];
  /** Sends the Events API's `url_verification`; true when the bot gave the challenge back. */
  verifyUrl(): Promise<boolean>;
};

export async function createSandboxSlack(options: SandboxSlackOptions): Promise<SandboxSlackServer> {
  const { context } = options;
  const host = options.host ?? "127.0.0.1";
  const manifest: AppManifest = { ...(await readManifest(context)), ...options.manifest };
  const botToken = `xoxb-sandbox-${context.ids.secret(12)}`;
  const appToken = `xapp-sandbox-${context.ids.secret(12)}`;
  const signingSecret = context.ids.secret(16);
  const workspace = createWorkspace(context, options.people, options.channels, options.enterprise);
  const sockets = createSockets(context, workspace.appId);
  const delivery = createDelivery(context, signingSecret, sockets);
  const responses = createResponseUrls(context, workspace);
  let origin = "";

  const api: Api = {
    workspace,
    events: createEvents(context, workspace, delivery, new Set(manifest.events)),
    views: createViews(context, workspace),
    triggers: createTriggers(context),
    scopes: manifest.scopes,
    webUrl: () => options.webUrl ?? origin,
    socketUrl: () => `${origin.replace(/^http/, "ws")}${sockets.ticket()}`,
  };
  const { commands } = manifest;
  const around: Around = { context, workspace, api, delivery, responses, commands, origin: () => origin };
  const people = createPeopleActions(around);
  const viewActs = createViewActs(around);
  const workspaceActs = createWorkspaceActs(around);
  const door = createDoor({ api, responses, botToken, appToken, origin: () => origin });
  door.server.on("upgrade", sockets.upgrade);
  origin = await listen(door.server, host, options.port ?? 0);

  return {
    apiUrl: `${origin}/api/`,
    botToken,
    appToken,
    signingSecret,
    team: workspace.team,
    botUser: workspace.botUser,
    deliverTo: delivery.deliverTo,
    settled: delivery.settled,
    channels: () =>
      workspace.channels().map(({ id, name, isPrivate, archived, joined, directWith }) => ({
        ...{ id, name, private: isPrivate, archived, joined },
        ...(directWith === undefined ? {} : { directWith }),
      })),
    messages: (channel) => workspace.messages(workspace.channel(channel)?.id ?? channel).map(viewMessage),
    calls: door.calls,
    onChange: workspace.onChange,
    users: workspace.users,
    commands: () => commands,
    command: people.command,
    say: (user, channel, text) => people.say(user, channel, text),
    reply: (user, channel, threadTs, text) => people.say(user, channel, text, threadTs),
    async react(user, channel, ts, emoji) {
      people.react(user, channel, ts, emoji);
    },
    async unreact(user, channel, ts, emoji) {
      people.unreact(user, channel, ts, emoji);
    },
    click: (user, channel, ts, actionId, blockId) =>
      pressInMessage(around, user, { channel, ts }, { actionId, blockId }),
    choose: (user, channel, ts, actionId, value) => pressInMessage(around, user, { channel, ts }, { actionId, value }),
    modal(user) {
      const stack = api.views.stack(user);
      const top = stack.at(-1);
      return top && viewSeen(top, stack.length - 1);
    },
    type: viewActs.type,
    fill: viewActs.fill,
    clickInModal: (user, actionId, blockId) => viewActs.press(user, api.views.top(user), { actionId, blockId }),
    submit: viewActs.submit,
    closeModal: (user, all = false) => viewActs.close(user, all),
    async openHome(user) {
      people.openHome(user);
    },
    home(user) {
      const view = api.views.home(user);
      return view && viewSeen(view, 0);
    },
    clickInHome: (user, actionId, blockId) => viewActs.press(user, api.views.home(user), { actionId, blockId }),
    chooseInHome: (user, actionId, value) => viewActs.press(user, api.views.home(user), { actionId, value }),
    openDirect: (user) => workspace.openDirect(user).id,
    createChannel: workspaceActs.create,
    renameChannel: workspaceActs.rename,
    archiveChannel: (channel, by, archived = true) => workspaceActs.archive(channel, by, archived),
    deleteChannel: workspaceActs.remove,
    setJoined: workspaceActs.setJoined,
    addUser({ id, name, bot = false, guest = false, deleted = false, team = workspace.team, email, timeZone }) {
      const more = { ...(email === undefined ? {} : { email }), ...(timeZone === undefined ? {} : { timeZone }) };
      workspace.putUser({ id, name, realName: name, bot, guest, deleted, team, ...more });
    },
    setUserGroup({ id, handle, users, disabled = false }) {
      workspace.groups.set(id, { id, handle, users, disabled });
      workspace.changed();
    },
    async verifyUrl() {
      const challenge = context.ids.secret(12);
      const fields = { token: "sandbox-verification-token", challenge, type: "url_verification" };
      const result = await delivery.sendByHttp({ kind: "events_api", fields });
      return result.kind === "answered" && result.status === 200 && result.body.includes(challenge);
    },
    fail: door.fail,
    outage: door.outage,
    sockets: sockets.open,
    dropSockets: sockets.drop,
    refreshSockets: sockets.refresh,
    async close() {
      await delivery.close();
      sockets.drop();
      door.server.closeAllConnections();
      await new Promise<void>((resolve) => door.server.close(() => resolve()));
    },
  };
}

type Server = ReturnType<typeof createDoor>["server"];

async function listen(server: Server, host: string, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The sandbox's Slack has no address.");
  return `http://${host.includes(":") ? `[${host}]` : host}:${address.port}`;
}
