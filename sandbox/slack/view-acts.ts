/**
 * What people do in modals and on App Home: filling in, pressing, submitting, closing, each as Slack's own client does
 * it, and what follows from the bot's answer to a submission.
 *
 * Source: https://docs.slack.dev/surfaces/modals
 */
import { z } from "zod";
import type { SandboxInput, Sent } from "../slack-contract.ts";
import { type Around, findUser, interactionHead } from "./around.ts";
import { accepted, type Delivered } from "./delivery.ts";
import { actionOf, type Press } from "./message-acts.ts";
import { jsonFields } from "./requests.ts";
import { type Element, elementsOf, findElement, heldValue, inputProblem } from "./view-inputs.ts";
import { readView } from "./view-methods.ts";
import { describeView, mostViews, type StoredView, stateOf } from "./views.ts";

export type ViewActs = {
  type(user: string, actionId: string, text: string, blockId?: string): void;
  fill(user: string, actionId: string, value: SandboxInput, blockId?: string): Promise<Sent | undefined>;
  press(user: string, view: StoredView | undefined, press: Press): Promise<Sent>;
  submit(user: string): Promise<Sent | undefined>;
  close(user: string, all: boolean): Promise<void>;
};

const submissionAnswer = z.discriminatedUnion("response_action", [
  z.object({ response_action: z.literal("errors"), errors: z.record(z.string(), z.string()) }),
  z.object({ response_action: z.literal("update"), view: z.unknown() }),
  z.object({ response_action: z.literal("push"), view: z.unknown() }),
  z.object({ response_action: z.literal("clear") }),
]);

/** What Slack says on a modal whose submission was not answered as it should be. */
const trouble = "We had some trouble connecting. Try again?";

export function createViewActs(around: Around): ViewActs {
  const { workspace, api, delivery } = around;
  const { views, triggers } = api;

  function topOf(user: string): StoredView {
    const view = views.top(user);
    if (!view) throw new Error("No modal is open.");
    return view;
  }

  async function press(userId: string, view: StoredView | undefined, { actionId, blockId, value }: Press) {
    const user = findUser(workspace, userId);
    const found = view && findElement(view.given.blocks, actionId, blockId);
    if (!view || !found) throw new Error(`Nothing with the action id ${actionId} is there to be pressed.`);
    if (value !== undefined) views.setValue(view, found.blockId, found.actionId, heldValue(found.element, value));
    const result = await delivery.send({
      kind: "interactive",
      fields: {
        type: "block_actions",
        ...interactionHead(workspace, user),
        container: { type: "view", view_id: view.id },
        trigger_id: triggers.issue(user.id, view.given.type === "modal"),
        view: describeView(workspace, view),
        actions: [actionOf(workspace, found, value)],
      },
    });
    return { status: result.kind === "answered" ? result.status : 0 };
  }

  function find(view: StoredView, actionId: string, blockId: string | undefined): Element {
    const found = findElement(view.given.blocks, actionId, blockId);
    if (!found) throw new Error(`The modal has no element with the action id ${actionId}.`);
    return found;
  }

  function type(user: string, actionId: string, text: string, blockId?: string): void {
    const view = topOf(user);
    const found = find(view, actionId, blockId);
    views.setValue(view, found.blockId, found.actionId, heldValue(found.element, text));
  }

  async function fill(user: string, actionId: string, value: SandboxInput, blockId?: string) {
    const view = topOf(user);
    const found = find(view, actionId, blockId);
    // Menus outside inputs act by themselves; inputs only where the app asked for it.
    if (!found.input || found.block["dispatch_action"] === true) return press(user, view, { actionId, blockId, value });
    views.setValue(view, found.blockId, found.actionId, heldValue(found.element, value));
    return undefined;
  }

  function problemsOf(view: StoredView): Readonly<Record<string, string>> {
    const values = stateOf(view);
    const problems = elementsOf(view.given.blocks).flatMap(({ input, block, element, blockId, actionId }) => {
      const problem = input ? inputProblem(block, element, values[blockId]?.[actionId]) : undefined;
      return problem === undefined ? [] : [[blockId, problem]];
    });
    return Object.fromEntries(problems);
  }

  function fail(view: StoredView): void {
    view.trouble = trouble;
    views.touched();
  }

  function showGiven(view: StoredView, how: "update" | "push", given: unknown): void {
    const read = readView(given);
    if ("ok" in read || read.type !== "modal") fail(view);
    else if (how === "update") views.change(view, read);
    else if (views.stack(view.user).length >= mostViews) fail(view);
    else views.put(view.user, read, false);
  }

  /** Slack shows an error only beside an input; an answer that names anything else is a failure. */
  function showErrors(view: StoredView, errors: Readonly<Record<string, string>>): void {
    const known = new Set(elementsOf(view.given.blocks).flatMap((one) => (one.input ? [one.blockId] : [])));
    if (Object.keys(errors).some((id) => !known.has(id))) fail(view);
    else view.errors = errors;
    views.touched();
  }

  function applyAnswer(view: StoredView, body: string): void {
    const answer = submissionAnswer.safeParse(jsonFields(body));
    if (body.trim() === "") views.remove(view);
    else if (!answer.success) fail(view);
    else if (answer.data.response_action === "clear") for (const one of views.stack(view.user)) views.remove(one);
    else if (answer.data.response_action === "errors") showErrors(view, answer.data.errors);
    else showGiven(view, answer.data.response_action, answer.data.view);
  }

  async function submit(userId: string): Promise<Sent | undefined> {
    const user = findUser(workspace, userId);
    const view = topOf(userId);
    view.errors = problemsOf(view);
    view.trouble = undefined;
    views.touched();
    if (Object.keys(view.errors).length > 0) return undefined;
    const result: Delivered = await delivery.send({
      kind: "interactive",
      fields: {
        type: "view_submission",
        ...interactionHead(workspace, user),
        trigger_id: triggers.issue(user.id, true),
        view: describeView(workspace, view),
        response_urls: [],
      },
    });
    if (!accepted(result) || result.kind !== "answered") fail(view);
    else applyAnswer(view, result.body);
    return { status: result.kind === "answered" ? result.status : 0 };
  }

  async function close(userId: string, all: boolean): Promise<void> {
    const user = findUser(workspace, userId);
    const top = topOf(userId);
    const closed = all || top.given.clear_on_close === true ? [...views.stack(userId)].reverse() : [top];
    for (const view of closed) views.remove(view);
    for (const view of closed.filter(({ given }) => given.notify_on_close === true)) {
      await delivery.send({
        kind: "interactive",
        fields: {
          type: "view_closed",
          ...interactionHead(workspace, user),
          view: describeView(workspace, view),
          is_cleared: closed.length > 1,
        },
      });
    }
  }

  return { type, fill, press, submit, close };
}
