/**
 * The modals that people see, one on top of the other, and their App Homes. It keeps what was filled in while a view is
 * changed, as Slack does for inputs that keep their block id and action id. It sends nothing.
 */
import type { Context } from "../../src/context.ts";
import type { SandboxValue, SandboxView } from "../slack-contract.ts";
import { type Fields, isFields } from "./block-checks.ts";
import { elementsOf, initialValue } from "./view-inputs.ts";
import { type Workspace, withBlockIds } from "./workspace.ts";

/** What an app gives; checked before it comes here. */
export type GivenView = {
  readonly type: "modal" | "home";
  readonly blocks: readonly unknown[];
  readonly title?: Fields | undefined;
  readonly submit?: Fields | undefined;
  readonly close?: Fields | undefined;
  readonly callback_id?: string | undefined;
  readonly private_metadata?: string | undefined;
  readonly external_id?: string | undefined;
  readonly notify_on_close?: boolean | undefined;
  readonly clear_on_close?: boolean | undefined;
};

export type StoredView = {
  readonly id: string;
  readonly user: string;
  readonly previous: string | null;
  readonly root: string;
  given: GivenView;
  hash: string;
  /** `<block id> <action id>` → what was filled in. */
  values: Map<string, SandboxValue>;
  errors: Readonly<Record<string, string>>;
  trouble: string | undefined;
};

/** Slack lays no more than three views on top of each other. */
export const mostViews = 3;

const key = (blockId: string, actionId: string) => `${blockId} ${actionId}`;

export type Views = {
  /** Lays a view on top of the person's; `fresh` takes away whatever lay there. */
  put(user: string, given: GivenView, fresh: boolean): StoredView;
  change(view: StoredView, given: GivenView): void;
  publish(user: string, given: GivenView): StoredView;
  home(user: string): StoredView | undefined;
  /** The views that the person sees, the lowest first. */
  stack(user: string): readonly StoredView[];
  top(user: string): StoredView | undefined;
  find(by: { readonly id?: string | undefined; readonly externalId?: string | undefined }): StoredView | undefined;
  /** Takes the view and everything above it away. */
  remove(view: StoredView): void;
  setValue(view: StoredView, blockId: string, actionId: string, value: SandboxValue): void;
  touched(): void;
};

export function createViews(context: Context, workspace: Workspace): Views {
  const stacks = new Map<string, StoredView[]>();
  const homes = new Map<string, StoredView>();
  const newHash = () => `${workspace.timestamp().split(".")[0]}.${context.ids.secret(4)}`;

  /** An input that is still there keeps what it holds; a new one begins with its initial value. */
  function valuesFor(blocks: readonly unknown[], before: ReadonlyMap<string, SandboxValue>): Map<string, SandboxValue> {
    const values = new Map<string, SandboxValue>();
    for (const { blockId, actionId, element } of elementsOf(blocks)) {
      const known = before.get(key(blockId, actionId));
      const kept = known?.["type"] === element["type"] ? known : undefined;
      const value = kept ?? initialValue(element);
      if (value !== undefined) values.set(key(blockId, actionId), value);
    }
    return values;
  }

  function make(user: string, given: GivenView, id: string, below: StoredView | undefined): StoredView {
    const blocks = withBlockIds(given.blocks, context);
    return {
      id,
      user,
      previous: below?.id ?? null,
      root: below?.root ?? id,
      given: { ...given, blocks },
      hash: newHash(),
      values: valuesFor(blocks, new Map()),
      errors: {},
      trouble: undefined,
    };
  }

  function change(view: StoredView, given: GivenView): void {
    const blocks = withBlockIds(given.blocks, context);
    view.given = { ...given, blocks };
    view.values = valuesFor(blocks, view.values);
    view.hash = newHash();
    view.errors = {};
    view.trouble = undefined;
    workspace.changed();
  }

  return {
    put(user, given, fresh) {
      const stack = fresh ? [] : (stacks.get(user) ?? []);
      const view = make(user, given, `V0${context.ids.secret(5).toUpperCase()}`, stack.at(-1));
      stacks.set(user, [...stack, view]);
      workspace.changed();
      return view;
    },
    change,
    publish(user, given) {
      const known = homes.get(user);
      if (known) {
        change(known, given);
        return known;
      }
      const view = make(user, given, `V0HOME${user.replace(/\W/g, "")}`, undefined);
      homes.set(user, view);
      workspace.changed();
      return view;
    },
    home: (user) => homes.get(user),
    stack: (user) => stacks.get(user) ?? [],
    top: (user) => stacks.get(user)?.at(-1),
    find({ id, externalId }) {
      const all = [...[...stacks.values()].flat(), ...homes.values()];
      return all.find((one) => (id === undefined ? one.given.external_id === externalId : one.id === id));
    },
    remove(view) {
      const stack = stacks.get(view.user) ?? [];
      const index = stack.indexOf(view);
      if (index >= 0) stacks.set(view.user, stack.slice(0, index));
      workspace.changed();
    },
    setValue(view, blockId, actionId, value) {
      view.values.set(key(blockId, actionId), value);
      if (blockId in view.errors) {
        const { [blockId]: _mended, ...rest } = view.errors;
        view.errors = rest;
      }
      workspace.changed();
    },
    touched: workspace.changed,
  };
}

type Values = Readonly<Record<string, Readonly<Record<string, SandboxValue>>>>;

/** The state as payloads carry it: every input, also those that hold nothing. */
export function stateOf(view: StoredView): Values {
  const values: Record<string, Record<string, SandboxValue>> = {};
  for (const { blockId, actionId, element, input } of elementsOf(view.given.blocks)) {
    const value = view.values.get(key(blockId, actionId));
    if (value === undefined && !input) continue;
    const block = values[blockId] ?? {};
    block[actionId] = value ?? emptyValue(element);
    values[blockId] = block;
  }
  return values;
}

function emptyValue(element: Fields): SandboxValue {
  const type = String(element["type"]);
  if (type === "checkboxes" || type.startsWith("multi_")) return { type, selected_options: [] };
  if (type.endsWith("_input")) return { type, value: null };
  return type === "users_select" ? { type, selected_user: null } : { type, selected_option: null };
}

/** A view as answers and payloads describe it. */
export function describeView(workspace: Workspace, view: StoredView): Fields {
  const { given } = view;
  return {
    id: view.id,
    team_id: workspace.team,
    type: given.type,
    blocks: given.blocks,
    private_metadata: given.private_metadata ?? "",
    callback_id: given.callback_id ?? "",
    state: { values: stateOf(view) },
    hash: view.hash,
    title: given.title ?? { type: "plain_text", text: "View Title", emoji: true },
    clear_on_close: given.clear_on_close ?? false,
    notify_on_close: given.notify_on_close ?? false,
    close: given.close ?? null,
    submit: given.submit ?? null,
    previous_view_id: view.previous,
    root_view_id: view.root,
    app_id: workspace.appId,
    external_id: given.external_id ?? "",
    app_installed_team_id: workspace.team,
    bot_id: workspace.botId,
  };
}

function textOf(value: unknown): string {
  return isFields(value) && typeof value["text"] === "string" ? value["text"] : "";
}

/** A view as the page and tests see it. */
export function viewSeen(view: StoredView, depth: number): SandboxView {
  const { given } = view;
  return {
    id: view.id,
    type: given.type,
    title: textOf(given.title),
    submit: textOf(given.submit),
    close: textOf(given.close) || "Close",
    blocks: given.blocks,
    callbackId: given.callback_id ?? "",
    privateMetadata: given.private_metadata ?? "",
    values: stateOf(view),
    errors: view.errors,
    ...(view.trouble === undefined ? {} : { trouble: view.trouble }),
    depth,
  };
}
