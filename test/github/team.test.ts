/** Who is in a team, as the sandbox's GitHub says it. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { createGitHubFacts } from "../../src/github/facts.ts";
import { OutsideError } from "../../src/operations/ports.ts";
import { aSandbox, type WithSandbox } from "./a-sandbox.ts";

let world: WithSandbox;
beforeAll(async () => {
  world = await aSandbox();
});
afterAll(async () => {
  await world.close();
});

const members = "GET /orgs/acme/teams/sre/members";

test("its members are remembered for a moment, and asked for anew where that has to be", async () => {
  const shop = await world.repository("acme/shop");
  const facts = createGitHubFacts(world.github);
  world.sandbox.setTeam("acme", "sre", ["rosa", "olaf"]);
  const calls = await world.callsOf(async () => {
    expect(await facts.teamMembers(shop, "acme/sre", false)).toEqual(["rosa", "olaf"]);
    world.sandbox.setTeam("acme", "sre", ["olaf"]);
    expect(await facts.teamMembers(shop, "acme/sre", false)).toEqual(["rosa", "olaf"]);
    expect(await facts.teamMembers(shop, "acme/sre", true)).toEqual(["olaf"]);
    expect(await facts.teamMembers(shop, "acme/sre", false)).toEqual(["olaf"]);
  });
  expect(calls.map((call) => call.replace(/\?.*$/u, ""))).toEqual([members, members]);
});

test("a team that there is none of is not an empty team", async () => {
  const shop = await world.repository("acme/shop");
  const facts = createGitHubFacts(world.github);
  await expect(facts.teamMembers(shop, "acme/nobody", false)).rejects.toThrow(OutsideError);
  world.sandbox.setTeam("acme", "nobody", []);
  expect(await facts.teamMembers(shop, "acme/nobody", false)).toEqual([]);
});
