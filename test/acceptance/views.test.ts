/** The form, the menus and App Home, played on the whole bot between the sandbox's GitHub and Slack. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { sampleRepository } from "../../sandbox/sample/scene.ts";
import type { SandboxView } from "../../sandbox/slack-contract.ts";
import { alice, openPlay, type Play, rosa } from "./play.ts";

let play: Play;
beforeAll(async () => {
  play = await openPlay();
});
afterAll(() => play.close());

type Shown = { readonly type: string; readonly block_id?: string; readonly text?: { readonly text: string } };
type Field = Shown & {
  readonly element?: {
    readonly action_id: string;
    readonly options?: readonly { readonly value: string; readonly text: { readonly text: string } }[];
  };
};

function textOf(view: SandboxView | undefined): string {
  return (view?.blocks as readonly Shown[] | undefined)?.map((block) => block.text?.text ?? "").join("\n") ?? "";
}

/** The value of an option of a select, by how it is called. */
function optionOf(view: SandboxView, actionId: string, called: string): string {
  const fields = view.blocks as readonly Field[];
  const options = fields.find(({ element }) => element?.action_id === actionId)?.element?.options ?? [];
  const found = options.find(({ text }) => text.text.startsWith(called));
  if (found === undefined) throw new Error(`${actionId} offers ${options.map(({ text }) => text.text).join(", ")}`);
  return found.value;
}

function modal(what: string, holds: (text: string, view: SandboxView) => boolean): Promise<SandboxView> {
  return play.until(what, () => {
    const view = play.slack.modal(alice);
    return view !== undefined && holds(textOf(view), view) ? view : undefined;
  });
}

test("a form is opened, followed, refused and sent; an approver finds it in App Home and lets it go", async () => {
  const sha = await play.ship("basket", "site/basket.txt", "A basket\n", 1);
  await play.slack.command(alice, play.channel, "/deploy");
  const form = await modal("the verdict on staging", (text) => text.includes("pull request"));
  expect(form.title).toBe("Deploy");

  await play.slack.fill(alice, "form-environment", optionOf(form, "form-environment", "production"));
  const production = await modal("the verdict on production", (text) => text.includes("to production"));
  expect(textOf(production)).toContain("Waits: approvals.");
  expect(optionOf(production, "form-revision", "Live in staging")).toBe(`live:${sha}`);

  await play.slack.fill(alice, "form-other", "two words");
  await modal("what was written to be looked up", (text) => text.includes("two words"));
  await play.slack.submit(alice);
  expect(Object.values(play.slack.modal(alice)?.errors ?? {})).toEqual([
    "The name of a branch or tag, or a SHA, has no blanks.",
  ]);
  await play.slack.fill(alice, "form-other", "");
  await modal("the verdict on production again", (text) => text.includes("to production"));

  await play.slack.openHome(rosa);
  await play.until(
    "Rosa's App Home",
    () => textOf(play.slack.home(rosa)).includes("Nothing waits for your approval.") || undefined,
  );

  const before = play.told(alice).length;
  await play.slack.submit(alice);
  expect(play.slack.modal(alice)).toBeUndefined();
  const answer = await play.until("the answer", () => play.told(alice)[before]);
  expect(answer.text).toMatch(/^Deployment \d+: .* of .* to production waits\./u);

  const home = await play.until("App Home to follow", () => {
    const view = play.slack.home(rosa);
    return textOf(view).includes("asked for by alice") ? view : undefined;
  });
  const answers = (home.blocks as readonly Shown[]).find(({ block_id: id }) => id?.startsWith("approval/"));
  await play.slack.clickInHome(rosa, "home-approve", answers?.block_id);
  await play.until("production to serve it", async () => (await play.serving("production")) === sha || undefined);
  await play.until(
    "App Home to show it",
    () => textOf(play.slack.home(rosa)).includes("Nothing waits for your approval.") || undefined,
  );
  expect(play.github.view(sampleRepository).deployments.length).toBeGreaterThan(0);
});

test("a menu stands where the environment was left out, and gives way to the answer", async () => {
  const before = play.told(alice).length;
  await play.slack.command(alice, play.channel, "/deploy why");
  const asked = await play.until("the menu", () => play.told(alice)[before]);
  expect(asked.text).toMatch(/^Which environment\?/u);
  await play.slack.choose(alice, play.channel, asked.ts, "menu-choose", "staging");
  await play.until("the answer", () => play.told(alice).some(({ text }) => text.includes("to staging")) || undefined);
  expect(play.told(alice).some(({ text }) => text === asked.text)).toBe(false);
});

test("a form that Slack will not open any more is told of, with the command to write", async () => {
  play.slack.fail("views.open", [{ status: 200, error: "expired_trigger_id" }]);
  const answer = await play.ask(alice, "/deploy");
  expect(answer).toContain("Slack would not open the form");
  expect(play.slack.modal(alice)).toBeUndefined();
});
