/**
 * What the sandbox's Slack offers to the sandbox's page and to tests: what people do, what they see, and drills. The bot
 * knows none of this: it speaks to it over HTTP or a socket, as it speaks to the real one.
 */
import type { SandboxCall } from "./contract.ts";

export type SandboxMessage = {
  readonly channel: string;
  readonly ts: string;
  readonly threadTs?: string;
  /** A Slack user id, or the bot's. */
  readonly user: string;
  readonly text: string;
  readonly blocks: readonly unknown[];
  readonly edits: number;
  /** Emoji name → user ids. */
  readonly reactions: Readonly<Record<string, readonly string[]>>;
  /** Set when only this user sees it. */
  readonly ephemeralFor?: string;
};

export type SandboxChannel = {
  readonly id: string;
  readonly name: string;
  readonly private: boolean;
  readonly archived: boolean;
  /** Whether the bot is a member. */
  readonly joined: boolean;
  /** The person that it is a direct conversation with. */
  readonly directWith?: string;
};

/** What an input of a view or a select of a message holds, in Slack's own shape: `{type, value}`, `{type, selected_option}`. */
export type SandboxValue = Readonly<Record<string, unknown>>;

/** A modal as its person sees it, or an App Home. */
export type SandboxView = {
  readonly id: string;
  readonly type: "modal" | "home";
  readonly title: string;
  /** Empty when there is no such button. */
  readonly submit: string;
  readonly close: string;
  readonly blocks: readonly unknown[];
  readonly callbackId: string;
  readonly privateMetadata: string;
  /** Block id → action id → what was filled in. */
  readonly values: Readonly<Record<string, Readonly<Record<string, SandboxValue>>>>;
  /** Block id → what is wrong with what was filled in. */
  readonly errors: Readonly<Record<string, string>>;
  /** What Slack says on top when the bot did not answer. */
  readonly trouble?: string;
  /** How many modals lie under it. */
  readonly depth: number;
};

/** What an element is given: the text typed, the value of the option chosen, several for checkboxes, a person's id. */
export type SandboxInput = string | readonly string[];

/** What Slack answers instead. 0 answers nothing at all. */
export type SandboxSlackFailure = {
  readonly status: number;
  /** Seconds, in the header. */
  readonly retryAfter?: number;
  /** The call is carried out all the same, and only its answer is lost. */
  readonly afterDoing?: boolean;
  /** With status 200: the error that the answer names. */
  readonly error?: string;
};

export type Sent = { readonly status: number };

export type SandboxSlack = {
  /** The Web API's base with a slash at the end: SLACK_API_URL. */
  readonly apiUrl: string;
  readonly botToken: string;
  /** For Socket Mode: SLACK_APP_TOKEN. While a socket is open, everything goes over it and nothing by HTTP. */
  readonly appToken: string;
  readonly signingSecret: string;
  readonly team: string;
  readonly botUser: string;
  /** The bot's `/slack/events`, from now on. */
  deliverTo(url: string | undefined): void;
  settled(): Promise<void>;
  channels(): readonly SandboxChannel[];
  /** Everything in a channel, oldest first, threads and ephemeral messages included. */
  messages(channel: string): readonly SandboxMessage[];
  calls(): readonly SandboxCall[];
  onChange(listener: () => void): () => void;

  // What people do in channels.
  /** Sends a slash command as the user; resolves with the HTTP status and the immediate answer. */
  command(user: string, channel: string, text: string): Promise<{ readonly status: number; readonly body: string }>;
  /** Resolves with the message's timestamp. */
  say(user: string, channel: string, text: string): Promise<string>;
  /** Says something in a thread. */
  reply(user: string, channel: string, threadTs: string, text: string): Promise<string>;
  react(user: string, channel: string, ts: string, emoji: string): Promise<void>;
  unreact(user: string, channel: string, ts: string, emoji: string): Promise<void>;
  /** Clicks the button with this action id on a message. */
  click(user: string, channel: string, ts: string, actionId: string, blockId?: string): Promise<Sent>;
  /** Chooses in a select, an overflow menu, radio buttons or checkboxes of a message. */
  choose(user: string, channel: string, ts: string, actionId: string, value: SandboxInput): Promise<Sent>;

  // Modals and App Home.
  /** The modal that the person sees. */
  modal(user: string): SandboxView | undefined;
  /** Types into an input of the modal on top without pressing Enter: nothing is sent yet. */
  type(user: string, actionId: string, text: string, blockId?: string): void;
  /** Fills an element of the modal on top, text with Enter at its end; it is sent at once where that acts by itself. */
  fill(user: string, actionId: string, value: SandboxInput, blockId?: string): Promise<Sent | undefined>;
  /** Clicks a button of the modal on top. */
  clickInModal(user: string, actionId: string, blockId?: string): Promise<Sent>;
  /** Presses the modal's submit button. What is missing or too long is said in `errors`, and nothing is sent. */
  submit(user: string): Promise<Sent | undefined>;
  /** Closes the modal on top, or all of them. */
  closeModal(user: string, all?: boolean): Promise<void>;
  /** Looks at the bot's App Home. */
  openHome(user: string): Promise<void>;
  /** What the bot published as the person's App Home. */
  home(user: string): SandboxView | undefined;
  clickInHome(user: string, actionId: string, blockId?: string): Promise<Sent>;
  chooseInHome(user: string, actionId: string, value: SandboxInput): Promise<Sent>;

  // What happens to the workspace.
  /** The conversation of the person with the bot; its id. */
  openDirect(user: string): string;
  /** A channel that the bot is a member of unless said; its id. */
  createChannel(name: string, options?: { readonly private?: boolean; readonly joined?: boolean }): string;
  renameChannel(channel: string, by: string, name: string): void;
  archiveChannel(channel: string, by: string, archived?: boolean): void;
  deleteChannel(channel: string, by: string): void;
  /** Takes the bot out of a channel, or brings it back. */
  setJoined(channel: string, by: string, joined: boolean): void;
  /** Sets what `users.info` says of a user, for tests of guests, bots and strangers. */
  addUser(user: {
    readonly id: string;
    readonly name: string;
    readonly bot?: boolean;
    readonly guest?: boolean;
    readonly team?: string;
    readonly deleted?: boolean;
    readonly email?: string;
    readonly timeZone?: string;
  }): void;
  /** Sets a user group and who is in it. Without one the workspace is on a plan that has none. */
  setUserGroup(group: {
    readonly id: string;
    readonly handle: string;
    readonly users: readonly string[];
    readonly disabled?: boolean;
  }): void;

  // Drills.
  /** Makes the next Web API calls to `method` answer so, one answer for each call. */
  fail(method: string, answers: readonly SandboxSlackFailure[]): void;
  /** Makes every call answer so, response URLs as well, until it is called without a failure. */
  outage(failure: SandboxSlackFailure | undefined): void;
  /** How many sockets are open. */
  sockets(): number;
  /** Breaks every socket without a word. */
  dropSockets(): void;
  /** Asks the bot to connect anew, as Slack does every few hours. */
  refreshSockets(): void;
  close(): Promise<void>;
};
