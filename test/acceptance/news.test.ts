/** After the merge: issues that GitHub does not close are closed once, and one comment says where the work is live. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BotBetween, openBotBetween } from "../cost/bot-between.ts";

const shop = "acme/shop";
const pipeline = `
channel: "#shop-deploys"
people: {alice: U0ALICE, rosa: U0ROSA}
environments:
  staging:
    branch: main
    url: https://staging.example.com
    deploy: "true"
  production:
    approvals: off
    deploy: "true"
`;

let bot: BotBetween;
let changes = 0;

beforeAll(async () => {
  bot = await openBotBetween();
  await bot.github.createRepository(shop, { files: { ".github/signalbox.yml": pipeline } });
  await bot.github.createRepository("acme/wishes", { files: { a: "a" } });
  await bot.github.createRef(shop, "rosa", "refs/heads/release", "main");
  await bot.start();
});
afterAll(async () => {
  await bot?.close();
});

const issue = (number: number, repository = shop) =>
  bot.github.view(repository).issues.find((one) => one.number === number);
const bodies = (number: number, repository = shop) => issue(number, repository)?.comments.map(({ body }) => body);

/** Opens a pull request and merges it; resolves with its number when all that follows has come to rest. */
async function ship(body: string, options: { readonly base?: string; readonly by?: string } = {}): Promise<number> {
  changes += 1;
  const head = `change-${changes}`;
  await bot.github.commit(shop, "alice", {
    branch: head,
    message: head,
    changes: [{ path: head, content: head }],
  });
  const { base, by = "alice" } = options;
  const title = `Change ${changes}`;
  const number = await bot.github.openPullRequest(shop, "alice", {
    ...{ title, body, head },
    ...(base === undefined ? {} : { base }),
  });
  await bot.rest();
  await bot.github.mergePullRequest(shop, by, number);
  await bot.rest();
  return number;
}

async function command(user: string, text: string): Promise<string> {
  const [channel] = bot.slack.channels();
  const told = () => bot.slack.messages(channel?.id ?? "").filter((one) => one.ephemeralFor === user);
  const before = told().length;
  await bot.slack.command(user, channel?.id ?? "", text);
  await bot.rest();
  return told()[before]?.text ?? "no answer";
}

async function repeatEverything(): Promise<void> {
  for (const { guid } of [...bot.github.deliveries()].reverse()) bot.github.redeliver(guid);
  await bot.rest();
  await bot.stop();
  await bot.start();
}

describe("a merge into a branch that is not the default", () => {
  test("closes the issue once, with a link; once reopened it stays open, whatever is repeated", async () => {
    const wish = await bot.github.createIssue(shop, "olaf", "The basket");
    const number = await ship(`close #${wish}`, { base: "release" });
    expect(issue(wish)?.state).toBe("closed");
    expect(bodies(wish)).toEqual([
      expect.stringMatching(new RegExp(`Closed by \\[acme/shop#${number}\\].*, which was merged into \`release\`\\.$`)),
    ]);
    await bot.github.setIssueState(shop, "olaf", wish, "open");
    await repeatEverything();
    expect(issue(wish)?.state).toBe("open");
    expect(issue(wish)?.comments).toHaveLength(1);
  });

  test("closes it once though the bot breaks between closing and telling", async () => {
    const wish = await bot.github.createIssue(shop, "olaf", "The till");
    bot.faults.arm("github.issue-closed");
    await ship(`close #${wish}`, { base: "release" });
    expect(issue(wish)?.state).toBe("closed");
    await bot.stop();
    bot.pass(5_000);
    await bot.start();
    expect(issue(wish)?.comments).toHaveLength(1);
  });
});

describe("the news", () => {
  test("is one comment on the issue, edited as the work moves on, and says what was taken back", async () => {
    const [wish, later] = [
      await bot.github.createIssue(shop, "olaf", "The door"),
      await bot.github.createIssue(shop, "olaf", "The bell"),
    ];
    const number = await ship(`close #${wish}`);
    const link = `[#${number}](${bot.github.url}/${shop}/pull/${number})`;
    const when = "\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d UTC";
    const staging = `\\[\`staging\`\\]\\(<https://staging.example.com/>\\) as \`[0-9a-f]{7}\` since ${when}`;
    const escaped = link.replace(/[[\]().]/g, "\\$&");
    const exactly = (body: string) => expect.stringMatching(new RegExp(`^<!-- signalbox:news -->\\n${body}$`));
    expect(bodies(wish)).toEqual([exactly(`Live in ${staging}\\. Done in ${escaped}\\.`)]);

    await command("U0ROSA", "/deploy production");
    const production = `\`production\` as \`[0-9a-f]{7}\` since ${when}`;
    expect(bodies(wish)).toEqual([exactly(`Live in ${staging}, in ${production}\\. Done in ${escaped}\\.`)]);
    expect(issue(wish)?.comments[0]?.edits).toBe(1);

    const second = await ship(`close #${later}`);
    await command("U0ROSA", "/deploy production");
    expect(bodies(later)).toEqual([expect.stringContaining(", in `production` as")]);
    await command("U0ROSA", "/rollback production");
    expect(bodies(later)).toEqual([
      expect.stringMatching(
        new RegExp(
          `Live in ${staging}\\. Was live in \`production\` until ${when}, taken back by a rollback \\(deployment \\d+\\)\\. Done in`,
        ),
      ),
    ]);
    expect(await command("U0ALICE", `/deploy where #${later}`)).toMatch(
      new RegExp(`^acme/shop#${second} “Change \\d+”: Live in staging as .*Was live in production until`),
    );
    // The first was there before, and stays.
    expect(bodies(wish)).toEqual([exactly(`Live in ${staging}, in ${production}\\. Done in ${escaped}\\.`)]);

    await repeatEverything();
    expect(issue(wish)?.comments).toHaveLength(1);
    expect(issue(later)?.comments).toHaveLength(1);
  });

  test("is found again after a crash just behind the posting, and never posted twice", async () => {
    const wish = await bot.github.createIssue(shop, "olaf", "The lamp");
    bot.faults.arm(
      "projection.created",
      () => {
        if ((bodies(wish) ?? []).length > 0) throw new Error("crash");
      },
      { times: 20 },
    );
    await ship(`close #${wish}`);
    expect(issue(wish)?.comments).toHaveLength(1);
    bot.faults.disarm();
    await bot.stop();
    bot.pass(5_000);
    await bot.start();
    expect(issue(wish)?.comments).toHaveLength(1);
    const row = await bot.database.db
      .selectFrom("projection")
      .select(["state", "external"])
      .where("surface", "=", "github.news")
      .where("subject", "like", `%/${wish}`)
      .executeTakeFirstOrThrow();
    expect(row).toMatchObject({ state: "idle", external: { comment: issue(wish)?.comments[0]?.id } });
  });

  test("goes to an issue of another repository only when whoever merged may close issues there", async () => {
    const wish = await bot.github.createIssue("acme/wishes", "olaf", "The roof");
    await ship(`close acme/wishes#${wish}`);
    expect(bodies(wish, "acme/wishes")).toContainEqual(expect.stringContaining("Live in"));
    expect(bodies(wish, "acme/wishes")).toContainEqual(expect.stringContaining(`Done in [${shop}#`));
  });
});
