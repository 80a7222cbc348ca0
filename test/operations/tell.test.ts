/** What is said of a deployment along with a change, by the statement that marks what shows the deployment. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { loadServiceRef } from "../../src/operations/place.ts";
import { touchDeployment } from "../../src/operations/tell.ts";
import { openWorld, push, type World } from "./world.ts";

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

test("it is said once, however often the change comes, and each change is shown", async () => {
  await push(world, "a");
  const row = await world.deployment(1);
  const { service_id } = await world.environment("staging");
  const wanted = async () => {
    const rows = await world.db.selectFrom("projection").select(["key", "wanted"]).execute();
    return new Map(rows.map(({ key, wanted }) => [key, wanted]));
  };
  const before = await wanted();
  const said = { key: "once", content: { code: "cancel-asked", by: "alice" } } as const;
  for (let time = 0; time < 2; time += 1) {
    await world.db.transaction().execute(async (trx) => {
      await touchDeployment(trx, world.bot, await loadServiceRef(trx, service_id), row, said);
    });
  }
  const after = await wanted();
  const note = await world.db.selectFrom("note").selectAll().where("key", "=", "once").executeTakeFirstOrThrow();
  expect(note).toMatchObject({ content: said.content, deployment_id: 1, slack_user: null });
  expect(after.get(`slack.note/${note.id}`)).toBe(1);
  for (const key of ["slack.message/1/1", "github.deployment/1"]) {
    expect(after.get(key)).toBe((before.get(key) ?? 0) + 2);
  }
});
