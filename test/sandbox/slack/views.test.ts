/** Modals and App Home, as an app and its people meet them. */
import type { ModalView } from "@slack/web-api";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { errorOf, openSlackWorld, payloadOf, type SlackWorld } from "./slack-world.ts";

let world: SlackWorld;
beforeEach(async () => {
  world = await openSlackWorld();
});
afterEach(() => world.close());

const plain = (text: string) => ({ type: "plain_text" as const, text });
const option = (value: string) => ({ text: plain(value), value });
const environment = {
  type: "input" as const,
  block_id: "environment",
  label: plain("Environment"),
  element: {
    type: "static_select" as const,
    action_id: "choice",
    options: [option("staging"), option("production")],
  },
};
const reason = {
  type: "input" as const,
  block_id: "reason",
  label: plain("Reason"),
  optional: true,
  element: { type: "plain_text_input" as const, action_id: "text", max_length: 10 },
};

function modal(more: Partial<ModalView> = {}): ModalView {
  const blocks = [environment, reason];
  return { type: "modal", callback_id: "deploy", title: plain("Deploy"), submit: plain("Send"), blocks, ...more };
}

async function trigger(user = "U0ALICE"): Promise<string> {
  await world.slack.command(user, world.channel, "/deploy");
  return new URLSearchParams(world.received.at(-1)?.body ?? "").get("trigger_id") ?? "";
}

const open = async (view = modal()) => world.client.views.open({ trigger_id: await trigger(), view });
const last = () => payloadOf(world.received.at(-1));

describe("a trigger", () => {
  it("opens one modal, for whoever typed, within three seconds", async () => {
    const id = await trigger();
    await world.clock.advance(3_000);
    const opened = await world.client.views.open({ trigger_id: id, view: modal() });
    expect(opened.view).toMatchObject({ type: "modal", callback_id: "deploy", previous_view_id: null });
    expect(world.slack.modal("U0ALICE")).toMatchObject({ title: "Deploy", submit: "Send", close: "Close", depth: 0 });
    expect(world.slack.modal("U0ROSA")).toBeUndefined();
    const again = world.client.views.open({ trigger_id: id, view: modal() });
    expect(await errorOf(again)).toBe("exchanged_trigger_id");
    const late = await trigger();
    await world.clock.advance(3_001);
    expect(await errorOf(world.client.views.open({ trigger_id: late, view: modal() }))).toBe("expired_trigger_id");
    const forged = world.client.views.open({ trigger_id: "1.2.3", view: modal() });
    expect(await errorOf(forged)).toBe("invalid_trigger_id");
  });
});

describe("a modal", () => {
  it("is sent with what was filled in, and closes when that is taken", async () => {
    await open();
    await world.slack.fill("U0ALICE", "choice", "production");
    await world.slack.fill("U0ALICE", "text", "now");
    await world.slack.submit("U0ALICE");
    expect(last()).toMatchObject({
      type: "view_submission",
      user: { id: "U0ALICE" },
      view: {
        callback_id: "deploy",
        state: {
          values: {
            environment: { choice: { type: "static_select", selected_option: { value: "production" } } },
            reason: { text: { type: "plain_text_input", value: "now" } },
          },
        },
      },
    });
    expect(world.slack.modal("U0ALICE")).toBeUndefined();
  });

  it("says what is missing or too long before anything is sent", async () => {
    await open();
    await world.slack.fill("U0ALICE", "text", "far too long");
    const before = world.received.length;
    await world.slack.submit("U0ALICE");
    expect(world.received).toHaveLength(before);
    expect(world.slack.modal("U0ALICE")?.errors).toEqual({
      environment: "Please complete this required field.",
      reason: "Please use no more than 10 characters.",
    });
  });

  const rows: readonly (readonly [string, unknown, object | undefined])[] = [
    ["errors", { response_action: "errors", errors: { reason: "Why?" } }, { errors: { reason: "Why?" }, depth: 0 }],
    ["errors beside nothing", { response_action: "errors", errors: { elsewhere: "Why?" } }, { trouble: /connecting/ }],
    ["an update", { response_action: "update", view: modal({ title: plain("Sure?") }) }, { title: "Sure?", depth: 0 }],
    ["a push", { response_action: "push", view: modal({ title: plain("Sure?") }) }, { title: "Sure?", depth: 1 }],
    ["an update that breaks a limit", { response_action: "update", view: modal({ title: plain("x".repeat(25)) }) }, {}],
    ["clear", { response_action: "clear" }, undefined],
  ];
  it.each(rows)("follows an answer with %s", async (_what, body, expected) => {
    await open();
    await world.slack.fill("U0ALICE", "choice", "staging");
    world.answers = [{ status: 200, body: JSON.stringify(body) }];
    await world.slack.submit("U0ALICE");
    const seen = world.slack.modal("U0ALICE");
    if (expected === undefined) expect(seen).toBeUndefined();
    else if ("trouble" in expected) expect(seen?.trouble).toMatch(/connecting/);
    else expect(seen).toMatchObject(expected);
  });

  it("stays, with Slack's sentence, when the bot does not answer", async () => {
    await open();
    await world.slack.fill("U0ALICE", "choice", "staging");
    world.answers = [{ status: 500 }];
    await world.slack.submit("U0ALICE");
    expect(world.slack.modal("U0ALICE")).toMatchObject({ trouble: "We had some trouble connecting. Try again?" });
  });

  it("is changed under its hash, and keeps what was filled in", async () => {
    const { view } = await open();
    await world.slack.fill("U0ALICE", "choice", "production");
    const verdict = { type: "section" as const, block_id: "verdict", text: plain("May go") };
    const changed = modal({ blocks: [environment, verdict] });
    const view_id = view?.id ?? "";
    const updated = await world.client.views.update({ view_id, hash: view?.hash ?? "", view: changed });
    expect(updated.view?.hash).not.toBe(view?.hash);
    expect(world.slack.modal("U0ALICE")?.values).toMatchObject({
      environment: { choice: { selected_option: { value: "production" } } },
    });
    const stale = world.client.views.update({ view_id, hash: view?.hash ?? "", view: changed });
    expect(await errorOf(stale)).toBe("hash_conflict");
    expect(await errorOf(world.client.views.update({ view_id: "V0NONE", view: changed }))).toBe("not_found");
  });

  it("tells at once what is chosen where the app asked for that", async () => {
    await open(modal({ blocks: [{ ...environment, dispatch_action: true }, reason] }));
    await world.slack.fill("U0ALICE", "choice", "production");
    expect(last()).toMatchObject({
      type: "block_actions",
      container: { type: "view" },
      actions: [{ action_id: "choice", block_id: "environment", selected_option: { value: "production" } }],
      view: { state: { values: { environment: { choice: { selected_option: { value: "production" } } } } } },
    });
    const pushed = await world.client.views.push({ trigger_id: last().trigger_id, view: modal() });
    expect(pushed.view).toMatchObject({ previous_view_id: expect.stringMatching(/^V/) });
    expect(world.slack.modal("U0ALICE")?.depth).toBe(1);
  });

  it("is laid over another only from within, and no more than three high", async () => {
    expect(await errorOf(world.client.views.push({ trigger_id: await trigger(), view: modal() }))).toBe("not_found");
    const acting = modal({ blocks: [{ ...environment, dispatch_action: true }] });
    await open(acting);
    const push = async () => {
      await world.slack.fill("U0ALICE", "choice", "staging");
      return errorOf(world.client.views.push({ trigger_id: last().trigger_id, view: acting }));
    };
    expect([await push(), await push(), await push()]).toEqual(["ok", "ok", "push_limit_reached"]);
  });

  it("tells that it was closed when the app wants to know", async () => {
    await open();
    const before = world.received.length;
    await world.slack.closeModal("U0ALICE");
    expect(world.received).toHaveLength(before);
    await open(modal({ notify_on_close: true }));
    await world.slack.closeModal("U0ALICE");
    expect(last()).toMatchObject({ type: "view_closed", is_cleared: false, view: { callback_id: "deploy" } });
  });

  const tooMany = Array.from({ length: 101 }, () => ({ type: "divider" as const }));
  const wrong: readonly (readonly [string, unknown, string])[] = [
    ["a title of 25 letters", modal({ title: plain("x".repeat(25)) }), "/view/title/text"],
    ["inputs without a submit button", { type: "modal", title: plain("x"), blocks: [environment] }, "/view"],
    ["101 blocks", modal({ blocks: tooMany }), "/view/blocks"],
    ["private metadata of 3001 letters", modal({ private_metadata: "x".repeat(3001) }), "/view/private_metadata"],
    [
      "101 options",
      modal({
        blocks: [
          {
            ...environment,
            element: { ...environment.element, options: Array.from({ length: 101 }, (_, one) => option(`${one}`)) },
          },
        ],
      }),
      "/view/blocks/0/element/options",
    ],
    [
      "an option of 76 letters",
      modal({
        blocks: [{ ...environment, element: { ...environment.element, options: [option("x".repeat(76))] } }],
      }),
      "/view/blocks/0/element/options/0/text/text",
    ],
    [
      "an initial option that is none",
      modal({
        blocks: [{ ...environment, element: { ...environment.element, initial_option: option("moon") } }],
      }),
      "/view/blocks/0/element/initial_option",
    ],
    ["a markdown block", modal({ blocks: [{ type: "markdown", text: "x" }] }), "/view/blocks/0/type"],
  ];
  it.each(wrong)("with %s is refused, and the answer says where", async (_what, view, pointer) => {
    const answer = await fetch(`${world.slack.apiUrl}views.open`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${world.slack.botToken}` },
      body: JSON.stringify({ trigger_id: await trigger(), view }),
    });
    const body = await answer.text();
    expect(JSON.parse(body)).toMatchObject({ ok: false, error: "invalid_arguments" });
    expect(body).toContain(`[json-pointer:${pointer}]`);
  });
});

describe("App Home", () => {
  const button = { type: "button" as const, action_id: "unlock", text: plain("Unlock"), value: "7" };
  const view = { type: "home" as const, blocks: [{ type: "actions" as const, elements: [button] }] };

  it("is published for one person, under a hash, and pressed", async () => {
    const first = await world.client.views.publish({ user_id: "U0ALICE", view });
    expect(world.slack.home("U0ROSA")).toBeUndefined();
    await world.slack.clickInHome("U0ALICE", "unlock");
    expect(last()).toMatchObject({
      type: "block_actions",
      container: { type: "view", view_id: first.view?.id },
      view: { type: "home" },
      actions: [{ action_id: "unlock", value: "7" }],
    });
    await world.client.views.publish({ user_id: "U0ALICE", hash: first.view?.hash ?? "", view });
    const stale = world.client.views.publish({ user_id: "U0ALICE", hash: first.view?.hash ?? "", view });
    expect(await errorOf(stale)).toBe("hash_conflict");
    expect(await errorOf(world.client.views.publish({ user_id: "U0NOBODY", view }))).toBe("user_not_found");
  });

  it("tells the app that somebody looks, with what it published before", async () => {
    await world.slack.openHome("U0ALICE");
    await world.client.views.publish({ user_id: "U0ALICE", view });
    await world.slack.openHome("U0ALICE");
    await world.slack.settled();
    const events = world.received.map((request) => JSON.parse(request.body).event);
    expect(events).toMatchObject([{ type: "app_home_opened", tab: "home" }, { view: { type: "home" } }]);
    expect(events[0]).not.toHaveProperty("view");
  });
});

describe("menus in messages", () => {
  it("tell what was chosen", async () => {
    const overflow = { type: "overflow", action_id: "more", options: [option("log"), option("retry")] };
    const blocks = [{ type: "section", block_id: "b", text: { type: "mrkdwn", text: "Failed" }, accessory: overflow }];
    const posted = await world.client.chat.postMessage({ channel: world.channel, text: "Failed", blocks });
    await world.slack.choose("U0ALICE", world.channel, posted.ts ?? "", "more", "retry");
    expect(last()).toMatchObject({
      type: "block_actions",
      actions: [{ action_id: "more", block_id: "b", type: "overflow", selected_option: { value: "retry" } }],
    });
    await expect(world.slack.choose("U0ALICE", world.channel, posted.ts ?? "", "more", "else")).rejects.toThrow();
  });
});
