import { describe, expect, test } from "vitest";
import type { z } from "zod";
import { createSlackChannels } from "../../src/slack/channels.ts";
import type { SlackClient } from "../../src/slack/client.ts";
import { createSlackPeople } from "../../src/slack/people.ts";
import { createPosting } from "../../src/slack/posting.ts";
import { testContext } from "../harness/test-context.ts";
import { callsOf, testSlack } from "./sandbox.ts";

describe("in one workspace", () => {
  test("a channel is found by its name, however it is written, and asked for once", async () => {
    const { client, context, slack } = await testSlack();
    const channels = createSlackChannels({ client, context });
    const [first, second] = slack.channels();
    expect(await channels.id("#shop-deploys")).toBe(first?.id);
    expect(await channels.id("Random")).toBe(second?.id);
    expect(callsOf(slack, "conversations.list")).toBe(1);
    expect(await channels.team(first?.id ?? "")).toBe(slack.team);
  });

  test("one that was made a moment ago is found, and one that is archived is not taken for it", async () => {
    const { client, context, slack } = await testSlack();
    const channels = createSlackChannels({ client, context });
    expect(await channels.id("#new")).toBeUndefined();
    const made = slack.createChannel("new");
    expect(await channels.id("#new")).toBe(made);
    slack.archiveChannel(made, "U0ALICE");
    const all = await channels.all();
    expect(all.find((one) => one.id === made)).toEqual({
      ...{ id: made, name: "new", team: slack.team, archived: true, member: true },
    });
    expect(await channels.id("#new")).toBeUndefined();
  });

  test("of private channels it sees those that it is in", async () => {
    const { client, context, slack } = await testSlack();
    const channels = createSlackChannels({ client, context });
    const secret = slack.createChannel("secret", { private: true });
    slack.createChannel("closed", { private: true, joined: false });
    expect((await channels.all()).map((one) => one.name)).toEqual(["shop-deploys", "random", "secret"]);
    expect(await channels.id("#secret")).toBe(secret);
  });

  test("a person stands for the messages with them", async () => {
    const { client, context, slack } = await testSlack();
    const channels = createSlackChannels({ client, context });
    expect(await channels.id("U0ALICE")).toBe(slack.openDirect("U0ALICE"));
  });
});

/** An organisation whose two workspaces share one channel; every call and what it asked is remembered. */
function organisation() {
  const asked: string[] = [];
  const lists: Record<string, readonly unknown[]> = {
    T1: [
      { id: "C1", name: "shop-deploys", is_member: true, context_team_id: "T1" },
      { id: "C3", name: "shared", is_member: true, context_team_id: "T2" },
    ],
    T2: [
      { id: "C2", name: "web-deploys", is_member: true, context_team_id: "T2" },
      { id: "C3", name: "shared", is_member: true, context_team_id: "T2" },
    ],
  };
  const client: SlackClient = {
    async call<T>(method: string, fields: Readonly<Record<string, unknown>>, shape: z.ZodType<T>) {
      asked.push(`${method} ${fields["team_id"] ?? fields["channel"] ?? ""}`.trim());
      if (method === "auth.teams.list") {
        const cursor = fields["cursor"] === undefined ? "next" : "";
        const teams = cursor === "" ? [{ id: "T2" }] : [{ id: "T1" }];
        return shape.parse({ teams, response_metadata: { next_cursor: cursor } });
      }
      if (method === "conversations.list") return shape.parse({ channels: lists[String(fields["team_id"])] });
      const channel = String(fields["channel"]);
      const direct = channel.startsWith("U");
      return shape.parse({ channel: direct ? "D9" : channel, ts: "1.000000", message: direct ? { team: "T2" } : {} });
    },
    identity: async () => ({ team: "E1", user: "U0BOT", bot: "B0BOT", wholeOrganisation: true }),
    respond: async () => 200,
  };
  const channels = createSlackChannels({ client, context: testContext().context });
  const news = { refused: async () => undefined, posted: async () => undefined };
  return { asked, channels, posting: createPosting({ client, channels, news }) };
}

test.each([
  ["T1", ["T1", "T2"], false],
  ["T2", ["T1", "T2"], false],
  ["T2", ["T1"], true],
])("a person seen from %s who is in %j is a stranger there: %s", async (team, teams, stranger) => {
  const client: SlackClient = {
    async call<T>(_method: string, _fields: object, shape: z.ZodType<T>) {
      return shape.parse({ user: { id: "U1", team_id: "T1", name: "alice", enterprise_user: { teams } } });
    },
    identity: async () => ({ team: "E1", user: "U0BOT", bot: "B0BOT", wholeOrganisation: true }),
    respond: async () => 200,
  };
  const people = createSlackPeople({ client, context: testContext().context });
  expect(await people.person(team, "U1")).toMatchObject({ stranger });
});

describe("with a token for a whole organisation", () => {
  test("the channels of every workspace are known, each once and with its own team", async () => {
    const { asked, channels } = organisation();
    expect((await channels.all()).map((one) => [one.id, one.team])).toEqual([
      ["C1", "T1"],
      ["C3", "T2"],
      ["C2", "T2"],
    ]);
    expect(asked).toEqual(["auth.teams.list", "auth.teams.list", "conversations.list T1", "conversations.list T2"]);
  });

  test.each([
    ["C1", "T1"],
    ["C2", "T2"],
    ["C3", "T2"],
    ["U0ALICE", "T2"],
  ])("a message in %s is of team %s, so that only its events count", async (channel, team) => {
    const { posting } = organisation();
    expect(await posting.post({ channel }, "42/1", { text: "x", blocks: [] })).toMatchObject({ team });
  });
});
