/** `/deploy` with nothing: what the form offers, how it follows what is chosen, and what sending it asks for. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { OutsideError } from "../../src/operations/ports.ts";
import { forgetForms, mistakesOf, tellIfNotOpened } from "../../src/operations/prepare.ts";
import { seeRepository } from "../../src/operations/see-repository.ts";
import { slackHands } from "./slack-hands.ts";
import { ask, closed } from "./steps.ts";
import { openWorld, push, repository, sha, shopPipeline, type World } from "./world.ts";

const [alice, rosa, olaf, stranger] = ["U0000ALICE", "U0000ROSA", "U0000OLAF", "U0STRANGER"] as const;

let world: World;
let hands: ReturnType<typeof slackHands>;
beforeEach(async () => {
  world = await openWorld();
  hands = slackHands(world);
});
afterEach(() => world.close());

async function merged(number: number, title: string, mergeSha: string): Promise<void> {
  await world.db
    .insertInto("pull_request")
    .values({
      repository_id: repository.id,
      number,
      title,
      body: "",
      author: "alice",
      draft: false,
      state: "closed",
      head_sha: mergeSha,
      head_ref: "branch",
      base_ref: "main",
      from_fork: false,
      issues: "[]",
      updated_at: new Date(0),
      merge_sha: mergeSha,
    })
    .execute();
}

test("it opens on the channel's service and an environment that is not production, with the verdict", async () => {
  await push(world, "a");
  await hands.type(alice, "/deploy");
  const form = await hands.choosing();
  expect(form.services.map(({ name }) => name)).toEqual(["shop"]);
  expect(form.environments.map(({ name, production }) => [name, production])).toEqual([
    ["staging", false],
    ["production", true],
  ]);
  expect(form.environments.find(({ id }) => id === form.chosen.environment)?.name).toBe("staging");
  expect(form.chosen.revision).toBe(`sha:${sha("a")}`);
  expect(form.verdict?.answer.verdict.outcome).toBe("go");
  expect(await hands.answers()).toEqual([]);
});

test("of services of one name it opens on the one that is named by its repository, and on none by the name alone", async () => {
  const twin = { ...repository, id: 2, fullName: "other/shop" };
  world.github.file = shopPipeline.replace("#shop-deploys", "#other-deploys");
  await seeRepository(world.bot, twin);
  for (const [written, fullName] of [
    ["/deploy of other/shop", "other/shop"],
    ["/deploy of Shop", undefined],
  ] as const) {
    await hands.type(alice, written, written, "random");
    const { services, chosen } = await hands.choosing();
    expect(services.find(({ id }) => id === chosen.service)?.repository).toBe(fullName);
  }
});

test("production is chosen by a person alone, even where it is the only environment", async () => {
  await world.pipeline(`
channel: "#shop-deploys"
people: {alice: U0000ALICE}
environments: {production: {approvals: off, branch: main, deploy: make deploy}}
`);
  await push(world, "a");
  await hands.type(alice, "/deploy");
  const form = await hands.choosing();
  expect(form.chosen).toEqual({ service: form.services[0]?.id });
  expect(form.verdict).toBeUndefined();
});

test("recent revisions say what they would bring, counted from what is live", async () => {
  await push(world, "a");
  for (const [letter, number, title] of [
    ["b", 7, "Add the basket"],
    ["c", 8, "Fix the price"],
  ] as const) {
    await merged(number, title, sha(letter));
  }
  world.github.tagged.set("v1.0.0", sha("a"));
  world.github.tagged.set("v1.1.0-rc.1", sha("b"));
  world.github.tagged.set("nightly", sha("b"));
  const before = world.deployer.script;
  world.deployer.script = () => ({ state: "failure", proven: true, message: "no" });
  await push(world, "b");
  await push(world, "c");
  world.deployer.script = before;
  await hands.type(alice, "/deploy");
  const { revisions } = await hands.choosing();
  expect(
    revisions.map(({ as, name, sha: at, brings }) => [as, name ?? "", at.slice(0, 1), brings?.pullRequests]),
  ).toEqual([
    ["tip", "main", "c", 2],
    ["candidate", "v1.1.0-rc.1", "b", 1],
    ["tag", "v1.0.0", "a", 0],
    ["live", "staging", "a", 0],
    ["commit", "", "b", 1],
  ]);
  expect(revisions[0]?.brings?.titles).toEqual(["Fix the price", "Add the basket"]);
});

test("another environment means another revision: what is live before, with its own verdict", async () => {
  await push(world, "a");
  await hands.type(alice, "/deploy");
  const { environments } = await hands.choosing();
  const production = environments[1]?.id;
  await hands.change(alice, { environment: `${production}` }, "2.0");
  const form = await hands.choosing();
  expect(form.chosen).toMatchObject({ environment: production, revision: `live:${sha("a")}` });
  expect(closed(form.verdict?.answer.verdict ?? null)).toEqual(["approvals.missing"]);
});

test("a choice that comes late changes nothing", async () => {
  await push(world, "a");
  await hands.type(alice, "/deploy");
  const [staging, production] = (await hands.choosing()).environments;
  await hands.change(alice, { environment: `${production?.id}` }, "5.0");
  await hands.change(alice, { environment: `${staging?.id}` }, "3.0");
  expect((await hands.choosing()).chosen.environment).toBe(production?.id);
});

test("a revision that is written goes before the chosen one; one that is not there gets the nearest", async () => {
  await push(world, "a");
  await push(world, "b");
  await hands.type(alice, "/deploy");
  await hands.change(alice, { other: sha("a").slice(0, 7) }, "2.0");
  expect((await hands.choosing()).verdict?.answer.revision.sha).toBe(sha("a"));
  await hands.change(alice, { other: "mian" }, "3.0");
  expect((await hands.choosing()).problem).toEqual({
    code: "unknown-revision",
    service: "shop",
    found: "mian",
    nearest: "main",
  });
});

test("sending it asks for what the command would, once, whatever is repeated", async () => {
  await push(world, "a");
  await hands.type(alice, "/deploy");
  const production = (await hands.choosing()).environments[1]?.id;
  await hands.change(alice, { environment: `${production}` }, "2.0");
  await hands.send(alice, {}, "sent");
  await hands.send(alice, {}, "sent");
  await hands.send(alice, {}, "clicked again");
  const answers = await hands.answers();
  expect(answers.map(({ content }) => content.code)).toEqual(["requested"]);
  const asked = await world.db.selectFrom("deployment").selectAll().where("typed", "=", true).execute();
  expect(asked.map(({ kind, sha: at, requested_by: by }) => [kind, at, by])).toEqual([
    ["promotion", sha("a"), "alice"],
  ]);
});

test("sent from a direct message with somebody else, it asks where the bot can be read, as the command does", async () => {
  await world.pipeline(shopPipeline.replace('channel: "#shop-deploys"\n', ""));
  await push(world, "a");
  await hands.type(alice, "/deploy", "direct", "directmessage");
  const production = (await hands.choosing()).environments[1]?.id;
  await hands.change(alice, { environment: `${production}` }, "2.0");
  await hands.send(alice, {}, "sent");
  const rows = await world.db.selectFrom("deployment").select("channel").where("typed", "=", true).execute();
  expect(rows.map(({ channel }) => channel)).toEqual([alice]);
});

test.each(["form.stored", "form.sent", "request.committed", "reply.committed"] as const)(
  "a crash at %s repeats and loses nothing",
  async (point) => {
    await push(world, "a");
    const crashed = async (act: () => Promise<void>) => {
      world.faults.arm(point, new OutsideError("killed"));
      await act().catch(() => undefined);
      world.faults.disarm(point);
      await act();
    };
    await crashed(() => hands.type(alice, "/deploy", "typed"));
    const production = (await hands.choosing()).environments[1]?.id;
    await hands.change(alice, { environment: `${production}` }, "2.0");
    await crashed(() => hands.send(alice, {}, "sent"));
    // Whoever waited was told that it is tried again; the answer itself comes once.
    const answers = (await hands.answers()).map(({ content }) => content.code);
    expect(answers.filter((code) => code !== "trying-again")).toEqual(["requested"]);
    expect(await world.db.selectFrom("deployment").select("id").where("typed", "=", true).execute()).toHaveLength(1);
    expect(await world.db.selectFrom("form").select("id").execute()).toHaveLength(1);
  },
);

test("with a reason it asks for a hotfix, where the environment takes them", async () => {
  await push(world, "a");
  await hands.type(alice, "/deploy");
  expect(await hands.choosing()).toMatchObject({ hotfix: false });
  await hands.send(alice, { reason: "checkout fails" });
  expect((await hands.last()).content).toMatchObject({ code: "requested" });
  await world.pipeline(world.github.file?.replace("  production:", "  production:\n    hotfix: {from: [alice]}"));
  world.commit("b");
  await hands.type(alice, "/deploy");
  const production = { environment: `${(await hands.choosing()).environments[1]?.id}` };
  await hands.change(alice, production, "2.0");
  await hands.change(alice, { other: "main" }, "3.0");
  const before = await hands.choosing();
  expect(before.hotfix).toBe(true);
  expect(closed(before.verdict?.answer.verdict ?? null)).toContain("order.never-live-before");
  await hands.change(alice, { reason: "checkout fails" }, "4.0");
  expect(closed((await hands.choosing()).verdict?.answer.verdict ?? null)).toEqual(["approvals.missing"]);
  await hands.send(alice);
  const asked = await world.db.selectFrom("deployment").selectAll().where("hotfix", "=", true).execute();
  expect(asked.map(({ sha: at, reason }) => [at, reason])).toEqual([[sha("b"), "checkout fails"]]);
});

test("nothing is shown of a repository that the person cannot read", async () => {
  world.github.permissions.set("olaf", "none");
  await hands.type(olaf, "/deploy");
  expect((await hands.form()).shown).toEqual({ code: "nothing", answer: { code: "no-services" } });
  await hands.type(stranger, "/deploy");
  expect((await hands.form()).shown).toEqual({ code: "nothing", answer: { code: "not-linked" } });
});

test("whoever lost the right to read while the form was open asks for nothing by sending it", async () => {
  await push(world, "a");
  await hands.type(olaf, "/deploy");
  world.github.permissions.set("olaf", "none");
  await hands.send(olaf);
  expect((await hands.last()).content).toMatchObject({ code: "may-not", needs: "read" });
});

test("nobody changes or sends another person's form", async () => {
  await push(world, "a");
  await hands.type(alice, "/deploy");
  const before = await hands.form();
  await hands.change(rosa, { other: "elsewhere" }, "9.0");
  await hands.send(rosa);
  expect(await hands.form()).toEqual(before);
  expect(await hands.answers()).toEqual([]);
});

test("while GitHub does not answer, the form says so", async () => {
  await push(world, "a");
  world.github.down = true;
  await hands.type(alice, "/deploy");
  expect((await hands.form()).shown).toEqual({ code: "nothing", answer: { code: "form-cannot-look" } });
});

async function mistakes(user: string, change: Readonly<Record<string, string>> = {}) {
  const { id } = await hands.form();
  const found = await mistakesOf(world.bot, {
    key: "now",
    lastTry: false,
    receivedAt: world.clock.now(),
    team: "T1",
    user,
    form: id,
    fields: await hands.fields(change),
  });
  return found.map(({ field, why }) => `${field}: ${why.code}`);
}

test("what the store knows to be wrong is said while the form is open", async () => {
  await push(world, "a");
  await hands.type(alice, "/deploy");
  const production = { environment: `${(await hands.choosing()).environments[1]?.id}` };
  expect(await mistakes(alice)).toEqual([]);
  expect(await mistakes(rosa)).toEqual(["service: too-old"]);
  expect(await mistakes(alice, { environment: "999" })).toEqual(["environment: no-such-environment"]);
  expect(await mistakes(alice, { other: "two words" })).toEqual(["other: not-a-revision"]);
  await hands.change(alice, production, "2.0");
  expect(await mistakes(alice)).toEqual([]);
  await world.command(rosa, { kind: "lock", environment: "production", reason: "a demo" });
  expect(await mistakes(alice)).toEqual(["environment: locked"]);
  await world.command(rosa, { kind: "unlock", environment: "production" });
  const asked = await ask(world, "production");
  expect(await mistakes(alice)).toEqual(["revision: asked-already"]);
  await world.command(alice, { kind: "cancel", deployment: asked });
  await push(world, "b");
  expect(await mistakes(alice)).toEqual(["revision: live-changed"]);
  await world.tick(26 * 60_000);
  expect(await mistakes(alice)).toEqual(["service: too-old"]);
});

test("a form that was sent cannot be sent again; the same delivery may come twice", async () => {
  await push(world, "a");
  await hands.type(alice, "/deploy");
  await hands.send(alice, {}, "now");
  expect(await mistakes(alice)).toEqual([]);
  await world.db.updateTable("form").set({ sent_by_key: "before" }).execute();
  expect(await mistakes(alice)).toEqual(["service: sent-already"]);
});

test("what changed between sending and handling is told instead of being guessed", async () => {
  await push(world, "a");
  await hands.type(alice, "/deploy");
  await hands.change(alice, { environment: `${(await hands.choosing()).environments[1]?.id}` }, "2.0");
  await push(world, "b");
  await hands.send(alice);
  expect((await hands.last()).content).toEqual({
    code: "form-mistake",
    mistake: { field: "revision", why: { code: "live-changed", environment: "staging" } },
  });
});

test("when Slack would not open it any more, the person is told once, with the command to write", async () => {
  await hands.type(alice, "/deploy");
  const { id } = await hands.form();
  await tellIfNotOpened(world.bot, `${id}`);
  expect(await hands.answers()).toEqual([]);
  const external = JSON.stringify({ undelivered: "expired_trigger_id" });
  await world.db.updateTable("projection").set({ external }).where("key", "=", `slack.form/${id}`).execute();
  await tellIfNotOpened(world.bot, `${id}`);
  await tellIfNotOpened(world.bot, `${id}`);
  expect((await hands.answers()).map(({ content }) => content)).toEqual([{ code: "form-not-opened" }]);
});

test("old forms are forgotten", async () => {
  await hands.type(alice, "/deploy");
  await world.tick(25 * 3_600_000);
  await forgetForms(world.bot);
  expect(await world.db.selectFrom("form").select("id").execute()).toEqual([]);
  expect(await world.db.selectFrom("projection").select("key").where("surface", "=", "slack.form").execute()).toEqual(
    [],
  );
});
