/** `/deploy link` by the whole bot: from Slack to GitHub, back to the bot's page, and into what people may do. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { openPlay, type Play } from "./play.ts";

let play: Play;
beforeAll(async () => {
  play = await openPlay();
});
afterAll(async () => {
  await play?.close();
});

const nina = "U0NINA";
const form = { "content-type": "application/x-www-form-urlencoded" };
const textOf = (html: string) => html.replace(/<style>[\s\S]*?<\/style>/u, "").replace(/<[^>]+>/gu, " ");

/** The address in the answer to `/deploy link`, which only this person sees. */
async function offered(user: string): Promise<string> {
  const before = play.told(user).length;
  await play.ask(user, "/deploy link");
  const address = /<(http[^|>]+\/login\/oauth\/authorize[^|>]+)\|/u.exec(
    JSON.stringify(play.told(user)[before]?.blocks),
  )?.[1];
  if (address === undefined) throw new Error("the answer holds no address");
  return address.replaceAll("&amp;", "&");
}

test("a person links, is told so, acts with the rights of the login, and unlinks", async () => {
  play.slack.addUser({ id: nina, name: "nina" });
  expect(await play.ask(nina, "/deploy lock staging for a look")).toContain("/deploy link");

  const back = play.github.authorize("alice", await offered(nina));
  expect(back).toMatch(new RegExp(`^${play.botUrl}/link/callback\\?code=`, "u"));
  const asks = await fetch(back);
  const page = await asks.text();
  expect(asks.status).toBe(200);
  expect(textOf(page)).toMatch(/Slack: nina \(member U0NINA\)\s+GitHub: alice/u);
  const token = /name="token" value="([0-9a-f]{64})"/u.exec(page)?.[1];
  expect(await play.ask(nina, "/deploy lock staging for a look")).toContain("/deploy link");

  const linked = await fetch(new URL("../link", back.split("?")[0]), {
    method: "POST",
    headers: form,
    body: `token=${token}`,
  });
  expect([linked.status, textOf(await linked.text())]).toEqual([
    200,
    expect.stringContaining("is now alice on GitHub"),
  ]);
  const direct = play.slack.openDirect(nina);
  const told = await play.until("the direct message", () => play.slack.messages(direct)[0]);
  expect(told.text).toMatch(/^You are linked to the GitHub login alice now\./u);
  expect(await play.ask(nina, "/deploy lock staging for a look")).toMatch(/You hold the lock of staging/u);

  expect((await fetch(back)).status).toBe(410);
  expect(play.log.join("\n")).not.toMatch(/gh[ou]_|code=|"code":"/u);

  expect(await play.ask(nina, "/deploy unlink")).toMatch(/^You are no longer linked to alice\./u);
  expect(await play.ask(nina, "/deploy unlock staging")).toContain("/deploy link");
});
