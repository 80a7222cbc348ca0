/**
 * What the sandbox's Slack remembers: people, channels, messages and reactions. It checks nothing of who may do what
 * and sends nothing: `web-api.ts` answers the bot from it, `people-actions.ts` changes it as a person.
 */
import type { Context } from "../../src/context.ts";
import type { SandboxPerson } from "../contract.ts";
import type { SandboxMessage } from "../slack-contract.ts";

export type SlackUser = {
  readonly id: string;
  readonly name: string;
  readonly realName: string;
  readonly bot: boolean;
  readonly guest: boolean;
  readonly deleted: boolean;
  readonly team: string;
  readonly email?: string;
  readonly timeZone?: string;
};

export type SlackChannel = {
  readonly id: string;
  name: string;
  readonly previousNames: string[];
  readonly isPrivate: boolean;
  archived: boolean;
  /** Whether the bot is a member. */
  joined: boolean;
  readonly directWith?: string;
  readonly created: number;
};

export type SlackUserGroup = {
  readonly id: string;
  readonly handle: string;
  readonly users: readonly string[];
  readonly disabled: boolean;
};

/** An organisation with several workspaces, the app's own among them. */
export type SlackEnterprise = { readonly id: string; readonly teams: readonly string[] };

export type SlackMetadata = { readonly event_type: string; readonly event_payload: Readonly<Record<string, unknown>> };

export type SlackMessage = {
  readonly channel: string;
  readonly ts: string;
  readonly user: string;
  threadTs?: string;
  text: string;
  blocks: readonly unknown[];
  metadata?: SlackMetadata;
  edits: number;
  editedTs?: string;
  /** In the order in which they were first given. */
  readonly reactions: Map<string, string[]>;
  readonly ephemeralFor?: string;
};

export type NewMessage = {
  readonly channel: string;
  readonly user: string;
  readonly text: string;
  readonly blocks?: readonly unknown[];
  readonly threadTs?: string;
  readonly metadata?: SlackMetadata;
  readonly ephemeralFor?: string;
};

export type Workspace = {
  readonly team: string;
  readonly teamDomain: string;
  readonly enterprise: SlackEnterprise | undefined;
  readonly groups: Map<string, SlackUserGroup>;
  readonly appId: string;
  readonly botUser: string;
  readonly botId: string;
  users(): readonly SlackUser[];
  user(id: string): SlackUser | undefined;
  putUser(user: SlackUser): void;
  channels(): readonly SlackChannel[];
  /** By id, `#name` or name. */
  channel(idOrName: string): SlackChannel | undefined;
  openDirect(user: string): SlackChannel;
  addChannel(name: string, options: { readonly isPrivate: boolean; readonly joined: boolean }): SlackChannel;
  dropChannel(channel: SlackChannel): void;
  messages(channel: string): readonly SlackMessage[];
  message(channel: string, ts: string): SlackMessage | undefined;
  post(message: NewMessage): SlackMessage;
  edit(message: SlackMessage, change: (message: SlackMessage) => void): void;
  remove(message: SlackMessage): void;
  /** A new timestamp as Slack writes them, never the same twice. */
  timestamp(): string;
  changed(): void;
  onChange(listener: () => void): () => void;
};

const team = "T0SANDBOX";
/** A message keeps at most this many blocks' worth of history; older ones are dropped so that a long play stays small. */
const mostMessages = 2000;

/** Slack gives every block an id when the app did not; an action names the block that it came from by it. */
export function withBlockIds(blocks: readonly unknown[], context: Context): readonly unknown[] {
  return blocks.map((block) =>
    typeof block === "object" && block !== null && !("block_id" in block)
      ? { ...block, block_id: context.ids.secret(3) }
      : block,
  );
}

export function createWorkspace(
  context: Context,
  people: readonly SandboxPerson[],
  channelNames: readonly string[],
  enterprise?: SlackEnterprise,
): Workspace {
  const botUser = "U0SIGNALBOX";
  const users = new Map<string, SlackUser>();
  const putUser = (user: SlackUser) => void users.set(user.id, user);
  for (const person of people) {
    const plain = { bot: false, guest: false, deleted: false, team };
    putUser({ id: person.slackUser, name: person.login, realName: person.name, ...plain });
  }
  putUser({ id: botUser, name: "signalbox", realName: "Signalbox", bot: true, guest: false, deleted: false, team });

  const channels: SlackChannel[] = [];
  const messages = new Map<string, SlackMessage[]>();
  const listeners = new Set<() => void>();
  let lastMicros = 0;

  const changed = () => {
    for (const listener of listeners) listener();
  };
  const add = (id: string, name: string, more: Pick<SlackChannel, "isPrivate" | "joined" | "directWith">) => {
    const created = Math.floor(context.clock.now() / 1000);
    const channel = { id, name: name.replace(/^#/, ""), previousNames: [], archived: false, created, ...more };
    channels.push(channel);
    return channel;
  };
  let numbered = 0;
  const addChannel = (name: string, { isPrivate, joined }: { isPrivate: boolean; joined: boolean }) => {
    numbered += 1;
    return add(`C0SANDBOX${numbered}`, name, { isPrivate, joined });
  };
  for (const name of channelNames) addChannel(name, { isPrivate: false, joined: true });
  const timestamp = () => {
    lastMicros = Math.max(lastMicros + 1, Math.trunc(context.clock.now()) * 1000);
    return `${Math.floor(lastMicros / 1e6)}.${String(lastMicros % 1e6).padStart(6, "0")}`;
  };
  const inChannel = (channel: string) => {
    const list = messages.get(channel) ?? [];
    messages.set(channel, list);
    return list;
  };

  return {
    team,
    teamDomain: "sandbox",
    enterprise,
    groups: new Map(),
    appId: "A0SIGNALBOX",
    botUser,
    botId: "B0SIGNALBOX",
    users: () => [...users.values()],
    user: (id) => users.get(id),
    putUser(user) {
      putUser(user);
      changed();
    },
    channels: () => channels,
    channel: (idOrName) => channels.find((one) => one.id === idOrName || one.name === idOrName.replace(/^#/, "")),
    openDirect(user) {
      const known = channels.find((one) => one.directWith === user);
      if (known) return known;
      const id = `D0${user.replace(/\W/g, "")}`;
      return add(id, `direct-${user}`, { isPrivate: true, joined: true, directWith: user });
    },
    addChannel,
    dropChannel(channel) {
      const index = channels.indexOf(channel);
      if (index >= 0) channels.splice(index, 1);
      messages.delete(channel.id);
      changed();
    },
    messages: inChannel,
    message: (channel, ts) => inChannel(channel).find((one) => one.ts === ts),
    post(message) {
      const stored: SlackMessage = {
        ...message,
        ts: timestamp(),
        blocks: withBlockIds(message.blocks ?? [], context),
        edits: 0,
        reactions: new Map(),
      };
      const list = inChannel(message.channel);
      list.push(stored);
      if (list.length > mostMessages) list.shift();
      changed();
      return stored;
    },
    edit(message, change) {
      change(message);
      message.blocks = withBlockIds(message.blocks, context);
      changed();
    },
    remove(message) {
      const list = inChannel(message.channel);
      const index = list.indexOf(message);
      if (index >= 0) list.splice(index, 1);
      changed();
    },
    timestamp,
    changed,
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** A message as the page and tests see it. */
export function viewMessage(message: SlackMessage): SandboxMessage {
  return {
    channel: message.channel,
    ts: message.ts,
    ...(message.threadTs === undefined ? {} : { threadTs: message.threadTs }),
    user: message.user,
    text: message.text,
    blocks: message.blocks,
    edits: message.edits,
    reactions: Object.fromEntries([...message.reactions].map(([emoji, by]) => [emoji, [...by]])),
    ...(message.ephemeralFor === undefined ? {} : { ephemeralFor: message.ephemeralFor }),
  };
}
