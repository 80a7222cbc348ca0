/** The page's door: what it shows, what people may do through it, and whom it keeps out. */
import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openPage } from "../../../sandbox/page/page-server.ts";
import { openPagePlay, type PagePlay } from "./page-play.ts";

let play: PagePlay;
beforeAll(async () => {
  play = await openPagePlay();
});
afterAll(() => play.close());

const channel = async () => (await play.state()).slack.channel;

describe("what it shows", () => {
  it("begins with the sample, its people and nothing live", async () => {
    const state = await play.state();
    expect(state.people.map((one) => [one.login, one.permission])).toEqual([
      ["alice", "write"],
      ["rosa", "write"],
      ["olaf", "read"],
    ]);
    expect(state.github.repositories[0]?.issues.map((one) => [one.number, one.title])).toContainEqual([
      1,
      "Customers want a basket",
    ]);
    expect(state.github.repositories[0]?.branches.map((one) => one.name).sort()).toEqual(["add-basket", "main"]);
    expect(state.environments).toEqual([
      { name: "staging", runs: 0, repository: "acme/shop", environment: "staging" },
      { name: "production", runs: 0, repository: "acme/shop", environment: "production" },
    ]);
    expect(state.trip.every((step) => !step.done)).toBe(true);
  });

  it("sends every change as it comes", async () => {
    const seen = play.until((state) => state.slack.messages.some((one) => one.text === "hello"));
    await play.act({ kind: "say", user: "U0OLAF", channel: await channel(), text: "hello" });
    expect((await seen).slack.messages.at(-1)).toMatchObject({ user: "U0OLAF", text: "hello" });
  });

  it("shows what an environment serves, and its page without scripts", async () => {
    const sha = "c".repeat(40);
    expect((await fetch(`${play.url}/site/production/`)).status).toBe(404);
    await play.deploy("production", sha);
    const state = await play.until((one) => one.environments[1]?.serving !== undefined);
    expect(state.environments[1]?.serving).toMatchObject({ sha, version: "1.0.0" });
    const site = await fetch(`${play.url}/site/production/`);
    expect(await site.text()).toContain("The shop");
    expect(site.headers.get("content-security-policy")).toMatch(/^sandbox; default-src 'none'/);
  });

  it.each(["/", "/main.js", "/page.css", "/mark.svg", "/archives/C1/p1"])("has %s", async (path) => {
    expect((await fetch(`${play.url}${path}`)).status).toBe(200);
  });

  it.each(["/../play.ts", "/%2e%2e/play.ts", "/play.ts", "/site/elsewhere/", "/site/..%2f..%2f/"])(
    "does not have %s",
    async (path) => {
      // The client would tidy the path away, so it is sent as it stands.
      const { hostname, port } = new URL(play.url);
      const status = await new Promise((resolve, reject) => {
        const asking = request({ hostname, port, path }, (response) => resolve(response.resume().statusCode));
        asking.on("error", reject).end();
      });
      expect(status).toBe(404);
    },
  );
});

describe("what people do", () => {
  it("opens, edits and holds a pull request as GitHub does", async () => {
    const opened = await play.act({
      kind: "open-pull-request",
      user: "U0ALICE",
      head: "add-basket",
      title: "WIP: add the basket",
      body: "",
      draft: false,
    });
    expect(opened.body).toEqual({ ok: true });
    const pull = (await play.state()).github.repositories[0]?.pullRequests.at(-1);
    expect(pull).toMatchObject({ author: "alice", title: "WIP: add the basket", mergeable: false });
    const number = pull?.number;
    await play.act({ kind: "edit-pull-request", user: "U0ALICE", number, title: "Add the basket" });
    const merged = await play.act({ kind: "merge-pull-request", user: "U0ALICE", number });
    expect(merged).toMatchObject({
      status: 422,
      body: { ok: false, message: expect.stringContaining("signalbox/ready") },
    });
    expect((await play.state()).github.repositories[0]?.pullRequests.at(-1)).toMatchObject({
      title: "Add the basket",
      merged: false,
    });
  });

  it("commits a change to a branch and never to the default one", async () => {
    const change = { kind: "commit", user: "U0ALICE", name: "Gift wrapping", detail: "In brown paper" };
    expect((await play.act({ ...change, branch: "gift-wrapping" })).body).toEqual({ ok: true });
    expect((await play.act({ ...change, branch: "main" })).status).toBe(422);
    const names = (await play.state()).github.repositories[0]?.branches.map((one) => one.name);
    expect(names).toContain("gift-wrapping");
  });

  it("starts a branch where it is told to", async () => {
    const change = { kind: "commit", user: "U0ALICE", name: "Parcels", detail: "By bicycle" };
    await play.act({ ...change, branch: "parcels" });
    await play.act({ ...change, branch: "more-parcels", from: "parcels", name: "More parcels" });
    const [repository] = play.github.repositories();
    const files = await play.github.files(repository ?? "", "more-parcels");
    expect(Object.keys(files)).toEqual(
      expect.arrayContaining(["catalogue/parcels.json", "catalogue/more-parcels.json"]),
    );
  });

  it("lets whoever can read approve a pull request, but for whoever opened it", async () => {
    const head = { user: "U0ALICE", head: "gift-wrapping", title: "Wrap gifts", body: "", draft: false };
    await play.act({ kind: "open-pull-request", ...head });
    const newest = async () => (await play.state()).github.repositories[0]?.pullRequests.at(-1);
    const number = (await newest())?.number;
    expect((await play.act({ kind: "approve-pull-request", user: "U0ALICE", number })).status).toBe(422);
    expect((await play.act({ kind: "approve-pull-request", user: "U0OLAF", number })).body).toEqual({ ok: true });
    expect((await newest())?.approvedBy).toEqual(["olaf"]);
  });

  it("tells who may only read that this is so", async () => {
    const refused = await play.act({ kind: "merge-pull-request", user: "U0OLAF", number: 4 });
    expect(refused.body).toEqual({
      ok: false,
      message: "Olaf may read what is here and open issues, but not write to it.",
    });
    expect((await play.act({ kind: "open-issue", user: "U0OLAF", title: "A larger cup" })).body).toEqual({ ok: true });
  });

  it("shows Slack's own sentence when no bot is there", async () => {
    await play.act({ kind: "say", user: "U0ALICE", channel: await channel(), text: "/deploy status" });
    expect((await play.state()).slack.messages.at(-1)).toMatchObject({
      text: '/deploy failed with the error "dispatch_failed"',
      ephemeralFor: "U0ALICE",
    });
  });

  it("shows each person their own modal and App Home, and lets them act in both", async () => {
    const call = async (method: string, fields: object) => {
      const answer = await fetch(`${play.slack.apiUrl}${method}`, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${play.slack.botToken}` },
        body: JSON.stringify(fields),
      });
      expect(await answer.json()).toMatchObject({ ok: true });
    };
    const plain = (text: string) => ({ type: "plain_text", text });
    const unlock = { type: "button", action_id: "unlock", text: plain("Unlock") };
    const view = { type: "home", blocks: [{ type: "actions", elements: [unlock] }] };
    await call("views.publish", { user_id: "U0ROSA", view });
    await play.act({ kind: "open-home", user: "U0ROSA" });
    const { homes, modals } = (await play.state()).slack;
    expect([Object.keys(homes), modals]).toEqual([["U0ROSA"], {}]);
    const pressed = await play.act({ kind: "click-home", user: "U0ROSA", actionId: "unlock" });
    expect(pressed.body).toMatchObject({ ok: false, message: expect.stringContaining("did not answer") });
    expect((await play.act({ kind: "submit-modal", user: "U0ROSA" })).body).toEqual({
      ok: false,
      message: "No modal is open.",
    });
  });

  it("kills and starts the bot", async () => {
    await play.act({ kind: "kill-bot" });
    expect((await play.state()).bot.state).toBe("stopped");
    await play.act({ kind: "start-bot" });
    expect((await play.state()).bot.state).toBe("running");
  });

  it.each([
    [{ kind: "explode" }],
    [{ kind: "say", user: "U0ALICE", channel: "C1" }],
    [{ kind: "merge-pull-request", user: "U0ALICE", number: "4; rm" }],
    [{ kind: "say", user: "U0NOBODY", channel: "C1", text: "hello" }],
    [null],
  ])("refuses %j with a sentence", async (body) => {
    const answer = await play.act(body);
    expect(answer).toMatchObject({ status: 422, body: { ok: false, message: expect.stringMatching(/\w/) } });
  });
});

describe("whom it keeps out", () => {
  const say = { kind: "say", user: "U0ALICE", channel: "C0SANDBOX1", text: "from elsewhere" };

  it("another site's page", async () => {
    expect((await play.act(say, { origin: "https://evil.example" })).status).toBe(403);
    expect((await play.act(say, { "content-type": "text/plain" })).status).toBe(403);
    expect((await play.state()).slack.messages.some((one) => one.text === "from elsewhere")).toBe(false);
  });

  it("a name that is not this machine's", async () => {
    const { hostname, port } = new URL(play.url);
    const status = await new Promise((resolve, reject) => {
      const asking = request({ hostname, port, path: "/api/state", headers: { host: "evil.example" } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      asking.on("error", reject);
      asking.end();
    });
    expect(status).toBe(403);
  });

  it("a second sandbox on the same port, with a hint", async () => {
    const port = Number(new URL(play.url).port);
    await expect(openPage({ host: "127.0.0.1", port })).rejects.toThrow(
      `Port ${port} on 127.0.0.1 is taken by another program. Stop it, or choose another: PORT=${port + 1} npm start`,
    );
  });
});
