/**
 * Every command with its exact answer, over signed HTTP, in one world and in the order of a working day. Only what differs
 * from run to run is put in words of its own: SHAs, times, ages, durations and addresses. A part that brings a command, or
 * changes an answer, adds it here, lets Vitest write the answer with `--update`, and reads it.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { sampleRepository } from "../../sandbox/sample/scene.ts";
import { helpTopics } from "../../src/commands/help-topics.ts";
import { alice, isLive, olaf, openPlay, type Play, rosa } from "./play.ts";

let play: Play;
beforeAll(async () => {
  play = await openPlay();
});
afterAll(async () => {
  await play?.close();
});

const names = new Map<string, string>();

function steady(text: string): string {
  let said = text.replaceAll(play.github.url, "https://github.example");
  for (const [sha, name] of names) said = said.replaceAll(sha, `${name}<40>`).replaceAll(sha.slice(0, 7), name);
  return said
    .replace(/\d{4}-\d{2}-\d{2} \d{2}:\d{2} UTC/gu, "<time>")
    .replace(/just now|\d+ (?:minute|hour)s? ago/gu, "<age>")
    .replace(/took (?:less than a second|\d+ seconds?)/gu, "took <long>")
    .replace(/\b[\da-f]{7}\b/gu, "<sha>");
}

/** What a person types, and what only they are told. */
async function conversation(who: string, ...lines: readonly string[]): Promise<string> {
  const said: string[] = [];
  for (const line of lines) said.push(`> ${steady(line)}\n${steady(await play.ask(who, line))}`);
  return `\n${said.join("\n")}\n`;
}

async function live(environment: string, sha: string): Promise<void> {
  await play.until(`${environment} at ${sha}`, () => isLive(play, environment, sha));
  await rest();
}

async function rest(): Promise<void> {
  await play.until("nothing to run", async () => {
    const board = await play.ask(alice, "/deploy queue");
    return /running|verified/.test(board) ? undefined : board;
  });
}

test("before anything was deployed", async () => {
  const lines = ["status", "queue", "history", "history production", "diff production", "why production", "where #1"];
  expect(await conversation(alice, ...lines.map((line) => `/deploy ${line}`))).toMatchInlineSnapshot(`
    "
    > /deploy status
    shop (acme/shop)
    • staging: nothing is live yet.
    • production: nothing is live yet.
    > /deploy queue
    Nothing runs and nothing waits in 2 environments.
    > /deploy history
    Nothing was ever deployed to shop.
    > /deploy history production
    Nothing was ever deployed to production of shop.
    > /deploy diff production
    Nothing is live in staging of shop yet, so there is nothing to promote to production. Deploy staging first.
    > /deploy why production
    Nothing is live in staging of shop yet, so there is nothing to promote to production. Deploy staging first.
    > /deploy where #1
    I know no pull request #1, and none that closes an issue #1. Pull requests are known from when the bot was installed; one names an issue by a line such as “Closes #1” in its description.
    "
  `);
});

test("what is mistyped, left out or too much", async () => {
  const lines = [
    "/deploy stauts",
    "/deploy moon",
    "/deploy prodution",
    "/deploy staging nowhere-branch",
    "/deploy staging main now",
    "/deploy v1.4 ot staging",
    "/deploy production hotfix it burns",
    "/deploy staging of shpo",
    "/deploy lock production",
    "/deploy lock production until teatime tea",
    "/deploy lock production till 18:00 tea",
    "/deploy freeze all",
    "/deploy where basket",
    "/deploy cancel production",
    "/deploy cancel 99",
    "/deploy resolve 1 maybe",
    "/deploy demo destory x",
    "/deploy help rolback",
    "/promote",
    "/promote staging",
    "/rc ctu",
    "/rollback production v1.3.2",
    "/rollback production to",
  ];
  expect(await conversation(alice, ...lines)).toMatchInlineSnapshot(`
    "
    > /deploy stauts
    I do not know the word “stauts”. Did you mean status? I know status, why, diff, history, queue, where, lock, unlock, freeze, thaw, cancel, retry, resolve, adopt, allow, demo, link, unlink and help. If stauts is an environment, put it in quotes.
    > /deploy moon
    shop has no environment “moon”. It has staging and production.
    > /deploy prodution
    shop has no environment “prodution”. Did you mean production? It has staging and production.
    > /deploy staging nowhere-branch
    shop has no branch, tag or commit “nowhere-branch”.
    > /deploy staging main now
    I did not expect “now” there. Write: /deploy &lt;environment&gt; [revision] [of &lt;service&gt;]
    > /deploy v1.4 ot staging
    I do not know the word “ot”. Did you mean to? I know to.
    > /deploy production hotfix it burns
    Which revision? Write: /deploy &lt;environment&gt; &lt;revision&gt; hotfix &lt;reason&gt; [of &lt;service&gt;]
    > /deploy staging of shpo
    I know no service “shpo”. Did you mean shop? I know shop. If “of shpo” belongs to a reason, put the reason in quotes.
    > /deploy lock production
    Please say why; the reason is shown to others. Write: /deploy lock &lt;environment&gt; [until &lt;time&gt;] &lt;reason&gt; [of &lt;service&gt;]
    > /deploy lock production until teatime tea
    I cannot read “teatime” as a time within the coming year. Times are UTC: 18:00, 2026-11-22, 2026-11-22 18:00, tomorrow, 30m, 2h or 3d. Write: /deploy lock &lt;environment&gt; [until &lt;time&gt;] &lt;reason&gt; [of &lt;service&gt;]
    > /deploy lock production till 18:00 tea
    I do not know the word “till”. I know until.
    > /deploy freeze all
    Until when? Write: /deploy freeze &lt;environment|all&gt; until &lt;time&gt; &lt;reason&gt; [of &lt;service&gt;]
    > /deploy where basket
    “basket” is no issue or pull request. Write its number, owner/repo#number, or its address on GitHub: /deploy where &lt;issue or pull request&gt; [of &lt;service&gt;]
    > /deploy cancel production
    “production” is not the number of a deployment. Write: /deploy cancel &lt;deployment&gt;
    > /deploy cancel 99
    I know no deployment 99.
    > /deploy resolve 1 maybe
    I do not know the word “maybe”. I know success and failure.
    > /deploy demo destory x
    I do not know the word “destory”. Did you mean destroy? I know list and destroy.
    > /deploy help rolback
    I do not know the word “rolback”. Did you mean rollback? I know deploy, hotfix, promote, rc, rollback, status, why, diff, history, queue, where, lock, unlock, freeze, thaw, cancel, retry, resolve, adopt and 5 more.
    > /promote
    Which environment? Write: /promote &lt;environment&gt; [of &lt;service&gt;]
    > /promote staging
    staging of shop comes first; there is no environment before it to promote from. Use /deploy staging.
    > /rc ctu
    I do not know the word “ctu”. Did you mean cut? I know cut, next and finish.
    > /rollback production v1.3.2
    I did not expect “v1.3.2” there. Write: /rollback &lt;environment&gt; [to &lt;version or SHA&gt;] [reason] [of &lt;service&gt;]
    > /rollback production to
    Which revision? Write: /rollback &lt;environment&gt; [to &lt;version or SHA&gt;] [reason] [of &lt;service&gt;]
    "
  `);
});

test("help, in all and on each command", async () => {
  const lines = ["/deploy help", ...helpTopics.map((topic) => `/deploy help ${topic}`)];
  expect(await conversation(alice, ...lines)).toMatchInlineSnapshot(`
    "
    > /deploy help
    What you can ask me:
    • /deploy &lt;environment&gt; [revision] [of &lt;service&gt;]
    • /deploy &lt;environment&gt; &lt;revision&gt; hotfix &lt;reason&gt; [of &lt;service&gt;]
    • /promote &lt;environment&gt; [of &lt;service&gt;]
    • /rc [cut [major|minor|patch|&lt;version&gt;] | next | finish] [of &lt;service&gt;]
    • /rollback &lt;environment&gt; [to &lt;version or SHA&gt;] [reason] [of &lt;service&gt;]
    • /deploy status [of &lt;service&gt;]
    • /deploy why &lt;environment&gt; [of &lt;service&gt;]
    • /deploy diff &lt;environment&gt; [of &lt;service&gt;]
    • /deploy history [environment] [of &lt;service&gt;]
    • /deploy queue [of &lt;service&gt;]
    • /deploy where &lt;issue or pull request&gt; [of &lt;service&gt;]
    • /deploy lock &lt;environment&gt; [until &lt;time&gt;] &lt;reason&gt; [of &lt;service&gt;]
    • /deploy unlock &lt;environment&gt; [of &lt;service&gt;]
    • /deploy freeze &lt;environment|all&gt; until &lt;time&gt; &lt;reason&gt; [of &lt;service&gt;]
    • /deploy thaw &lt;environment|all&gt; [of &lt;service&gt;]
    • /deploy cancel &lt;deployment&gt;
    • /deploy retry &lt;deployment&gt; [stage]
    • /deploy resolve &lt;deployment&gt; success|failure &lt;reason&gt;
    • /deploy adopt &lt;environment&gt; &lt;revision&gt; [of &lt;service&gt;]
    • /deploy allow &lt;revision&gt; &lt;reason&gt; [of &lt;service&gt;]
    • /deploy demo [list | destroy &lt;name&gt;] [of &lt;service&gt;]
    • /deploy link
    • /deploy unlink
    • /deploy help [command]
    Put a reason that ends in “of something” in quotes. /deploy help &lt;command&gt; explains one.
    > /deploy help deploy
    /deploy &lt;environment&gt; [revision] [of &lt;service&gt;]
    Deploys a branch, tag or SHA to an environment. Without a revision it takes the tip of the environment's branch, else what is live in the environment before.
    For example:
        /deploy staging
        /deploy production v1.4.0
        /deploy v1.4.0 to production
        /deploy production <sha> of shop-api
    > /deploy help hotfix
    /deploy &lt;environment&gt; &lt;revision&gt; hotfix &lt;reason&gt; [of &lt;service&gt;]
    Deploys in an emergency: it may pass window, freeze, soak and order where the pipeline file lets you. The reason is shown in the channel and kept.
    For example:
        /deploy production <sha> hotfix "checkout fails for everyone"
    > /deploy help promote
    /promote &lt;environment&gt; [of &lt;service&gt;]
    Deploys to an environment what is live in the environment before it.
    For example:
        /promote production
        /promote to production of shop-api
    > /deploy help rc
    /rc [cut [major|minor|patch|&lt;version&gt;] | next | finish] [of &lt;service&gt;]
    Cuts a release candidate, tags the next one after fixes, or makes the release of it. Alone it says how the candidate stands.
    For example:
        /rc
        /rc cut
        /rc cut minor
        /rc cut 1.4.0 of shop-api
        /rc next
        /rc finish
    > /deploy help rollback
    /rollback &lt;environment&gt; [to &lt;version or SHA&gt;] [reason] [of &lt;service&gt;]
    Goes back to what was live and healthy before, or to an older revision that you name. What is taken back goes into quarantine.
    For example:
        /rollback production
        /rollback production "checkout fails"
        /rollback production to v1.3.2
        /rollback production of shop-api to v1.3.2 checkout fails
    > /deploy help status
    /deploy status [of &lt;service&gt;]
    Shows where each environment stands: what is live, since when and by whom, its health, what runs, what waits and for what, and who holds a lock.
    For example:
        /deploy status
        /deploy status of shop-api
    > /deploy help why
    /deploy why &lt;environment&gt; [of &lt;service&gt;]
    Says, gate by gate, why the environment's newest deployment may or may not go, and who can clear what stands in its way. When none waits, it judges what would be promoted.
    For example:
        /deploy why production
    > /deploy help diff
    /deploy diff &lt;environment&gt; [of &lt;service&gt;]
    Shows what would ship to an environment: pull requests with authors and issues, migrations, and a link that compares.
    For example:
        /deploy diff production
        /deploy diff production of shop-api
    > /deploy help history
    /deploy history [environment] [of &lt;service&gt;]
    Lists the latest deployments: how they ended, who asked, when, and how long they took.
    For example:
        /deploy history
        /deploy history production
    > /deploy help queue
    /deploy queue [of &lt;service&gt;]
    Lists what runs and what waits, with its position, what it waits for, and when its turn is expected where past deployments tell it.
    For example:
        /deploy queue
        /deploy queue of shop-api
    > /deploy help where
    /deploy where &lt;issue or pull request&gt; [of &lt;service&gt;]
    Says where the work of an issue or a pull request is: open, merged, live in which environments and since when, or taken back. Write a number, owner/repo#number, or the address on GitHub.
    For example:
        /deploy where #123
        /deploy where 123 of shop-api
        /deploy where acme/shop#123
    > /deploy help lock
    /deploy lock &lt;environment&gt; [until &lt;time&gt;] &lt;reason&gt; [of &lt;service&gt;]
    Holds an environment, so that only a rollback, or whoever holds the lock, deploys there. Times are UTC: 18:00, 2026-11-22, 2026-11-22 18:00, tomorrow, 30m, 2h or 3d.
    For example:
        /deploy lock production database work
        /deploy lock production until 18:00 "load test"
    > /deploy help unlock
    /deploy unlock &lt;environment&gt; [of &lt;service&gt;]
    Takes the lock away and ends the hold that a rollback left. It starts nothing, but offers the newest that waits.
    For example:
        /deploy unlock production
    > /deploy help freeze
    /deploy freeze &lt;environment|all&gt; until &lt;time&gt; &lt;reason&gt; [of &lt;service&gt;]
    Holds an environment, or all of them, until a time. Times are written as for lock.
    For example:
        /deploy freeze production until 2d stocktaking
        /deploy freeze all until tomorrow "move of the data"
    > /deploy help thaw
    /deploy thaw &lt;environment|all&gt; [of &lt;service&gt;]
    Ends a freeze before its time.
    For example:
        /deploy thaw production
        /deploy thaw all
    > /deploy help cancel
    /deploy cancel &lt;deployment&gt;
    Asks a deployment to stop. The environment stays busy until the attempt has ended for certain.
    For example:
        /deploy cancel 42
    > /deploy help retry
    /deploy retry &lt;deployment&gt; [stage]
    Tries the environment's latest deployment again, from the stage that did not succeed or from one that you name. Every gate is asked anew.
    For example:
        /deploy retry 42
        /deploy retry 42 migrate
    > /deploy help resolve
    /deploy resolve &lt;deployment&gt; success|failure &lt;reason&gt;
    Settles a deployment of which it is not known how it ended. Look at the environment first: your answer is taken as the truth.
    For example:
        /deploy resolve 42 success the version page shows it
    > /deploy help adopt
    /deploy adopt &lt;environment&gt; &lt;revision&gt; [of &lt;service&gt;]
    Tells what is live in an environment that was deployed by other means. It deploys nothing.
    For example:
        /deploy adopt production v1.3.2
    > /deploy help allow
    /deploy allow &lt;revision&gt; &lt;reason&gt; [of &lt;service&gt;]
    Takes a revision out of the quarantine that a rollback put it in.
    For example:
        /deploy allow <sha> "the fault was in the load balancer"
    > /deploy help demo
    /deploy demo [list | destroy &lt;name&gt;] [of &lt;service&gt;]
    Lists the demos that there are, or destroys one. A push to its branch makes a demo.
    For example:
        /deploy demo list
        /deploy demo destroy new-basket
    > /deploy help link
    /deploy link
    Links your Slack user with your GitHub login, whose rights you then have here. You sign in on GitHub once.
    For example:
        /deploy link
    > /deploy help unlink
    /deploy unlink
    Takes the link between your Slack user and your GitHub login away.
    For example:
        /deploy unlink
    > /deploy help help
    /deploy help [command]
    Lists the commands, or explains one.
    For example:
        /deploy help
        /deploy help rollback
    "
  `);
});

let first: string;
test("after a merge", async () => {
  first = await play.ship("one", "catalogue/one.json", '{"name":"One","detail":"£1","order":20}\n', 1);
  names.set(first, "first");
  await live("staging", first);
  const lines = ["status", "history", "diff staging", "diff production", "why production", "where 1"];
  expect(await conversation(alice, ...lines.map((line) => `/deploy ${line}`))).toMatchInlineSnapshot(`
    "
    > /deploy status
    shop (acme/shop)
    • staging: first is live since <time> (<age>), by alice, deployment 1.
        Healthy.
    • production: nothing is live yet.
    > /deploy history
    The latest deployments of shop:
    • 1 staging: main (first) succeeded. Merged by alice at <time> (<age>), took <long>.
    > /deploy diff staging
    Nothing new: first, the tip of main, is live in staging of shop already.
    > /deploy diff production
    To production of shop, where nothing is live yet, would ship first, what is live in staging.
    • #4 “Change catalogue/one.json” by alice, closes #1
    > /deploy why production
    Nothing waits for production. Asked for now, first of shop to production waits.
    • Passes: access. Whoever asked may ask for this.
    • Passes: ready. No merge of a pull request asks for this, so none has to be ready.
    • Passes: lock. Nobody holds a lock.
    • Passes: freeze. No freeze stands.
    • Passes: window. This environment is deployed to at any time.
    • Passes: order. The same content was live in staging (deployment 1).
    • Passes: checks. This environment requires no checks.
    • Passes: soak. Nothing has to prove itself for some time first.
    • Passes: quarantine. This is not in quarantine.
    • Passes: hold. No rollback holds this environment.
    • Waits: approvals. Needs 1 approval; nobody has approved yet. rosa can approve.
    • Passes: queue. Nothing else is being deployed there.
    > /deploy where 1
    acme/shop#4 “Change catalogue/one.json”: Live in staging as first since <time>.
    "
  `);
});

test("asked for, production waits, and every look says for what", async () => {
  const lines = [
    "/deploy to production",
    "/deploy production",
    "/deploy status",
    "/deploy queue",
    "/deploy why production",
  ];
  expect(await conversation(alice, ...lines)).toMatchInlineSnapshot(`
    "
    > /deploy to production
    Deployment 2: first of shop to production waits.
    • Waits: approvals. Needs 1 approval; nobody has approved yet. rosa can approve. The request stands until <time>.
    > /deploy production
    Deployment 2 asks for the same already; I did not make another.
    > /deploy status
    shop (acme/shop)
    • staging: first is live since <time> (<age>), by alice, deployment 1.
        Healthy.
    • production: nothing is live yet.
        Deployment 2 of first, asked for by alice, is waiting: approvals.
    > /deploy queue
    production of shop
    1. Deployment 2 of first, asked for by alice <age>. Needs 1 approval; nobody has approved yet. rosa can approve. The request stands until <time>. When its turn comes cannot be told before that.
    > /deploy why production
    first of shop to production (deployment 2) waits.
    • Passes: access. Whoever asked may ask for this.
    • Passes: ready. No merge of a pull request asks for this, so none has to be ready.
    • Passes: lock. Nobody holds a lock.
    • Passes: freeze. No freeze stands.
    • Passes: window. This environment is deployed to at any time.
    • Passes: order. The same content was live in staging (deployment 1).
    • Passes: checks. This environment requires no checks.
    • Passes: soak. Nothing has to prove itself for some time first.
    • Passes: quarantine. This is not in quarantine.
    • Passes: hold. No rollback holds this environment.
    • Waits: approvals. Needs 1 approval; nobody has approved yet. rosa can approve. The request stands until <time>.
    • Passes: queue. Nothing else is being deployed there.
    "
  `);
});

test("cancelled, cancelled again, and tried again", async () => {
  const lines = ["/deploy cancel #2", "/deploy cancel 2", "/deploy retry 1", "/deploy retry 1 bulid"];
  expect(await conversation(alice, ...lines)).toMatchInlineSnapshot(`
    "
    > /deploy cancel #2
    Deployment 2 is cancelled.
    > /deploy cancel 2
    Deployment 2 has already ended: it was cancelled.
    > /deploy retry 1
    Deployment 1 cannot be tried again: it succeeded. Only what failed, met an error or was cancelled can be.
    > /deploy retry 1 bulid
    Deployment 1 cannot be tried again: it succeeded. Only what failed, met an error or was cancelled can be.
    "
  `);
});

test("locked, against others, and given back", async () => {
  const own = await conversation(rosa, "/deploy lock production until 2h counting the stock");
  const others = await conversation(alice, "/deploy production", "/deploy status", "/deploy unlock production");
  const back = await conversation(rosa, "/deploy unlock production", "/deploy unlock production");
  expect(`${own}${others}${back}`).toMatchInlineSnapshot(`
    "
    > /deploy lock production until 2h counting the stock
    You hold the lock of production until <time>: “counting the stock”. /deploy unlock production gives it back.

    > /deploy production
    Stopped: first of shop may not go to production.
    • Blocks: lock. rosa holds a lock until <time>, since <time> (<age>), saying “counting the stock”. rosa or an approver can unlock it. It clears when it is <time>.
    > /deploy status
    shop (acme/shop)
    • staging: first is live since <time> (<age>), by alice, deployment 1.
        Healthy.
    • production: nothing is live yet.
        Locked by rosa until <time>: “counting the stock”.
    > /deploy unlock production
    alice may not unlock. That is for the environment's approvers, or for the repository's administrators where there are none.

    > /deploy unlock production
    production is unlocked.
    > /deploy unlock production
    production is not locked, and no rollback holds it.
    "
  `);
});

test("frozen, and thawed", async () => {
  const frozen = await conversation(alice, "/deploy freeze production until 2h stocktaking", "/deploy production");
  const thawed = await conversation(rosa, "/deploy thaw production", "/deploy thaw production");
  expect(`${frozen}${thawed}`).toMatchInlineSnapshot(`
    "
    > /deploy freeze production until 2h stocktaking
    shop production is frozen until <time>: “stocktaking”. An approver can end that with /deploy thaw.
    > /deploy production
    Stopped: first of shop may not go to production.
    • Blocks: freeze. Frozen by alice until <time>, since <time> (<age>), saying “stocktaking”. An approver can end it with /deploy thaw. It clears when it is <time>.

    > /deploy thaw production
    shop production is no longer frozen. What waited goes on.
    > /deploy thaw production
    shop production is not frozen.
    "
  `);
});

test("promoted and approved", async () => {
  const before = play.messages().length;
  const asked = await conversation(alice, "/promote to production");
  const request = await play.until("the request", () => play.messages()[before]);
  await play.slack.react(rosa, play.channel, request.ts, "white_check_mark");
  await live("production", first);
  const after = await conversation(
    alice,
    "/deploy history production",
    "/promote production of shop",
    "/deploy diff production",
  );
  expect(`${asked}${after}`).toMatchInlineSnapshot(`
    "
    > /promote to production
    Deployment 3: first of shop to production waits.
    • Waits: approvals. Needs 1 approval; nobody has approved yet. rosa can approve. The request stands until <time>.

    > /deploy history production
    The latest deployments to production of shop:
    • 3: first succeeded. Promoted by alice at <time> (<age>), took <long>.
    • 2: first was cancelled. Asked for by alice at <time> (<age>).
    > /promote production of shop
    Deployment 4: first of shop to production waits.
    • Waits: approvals. Needs 1 approval; nobody has approved yet. rosa can approve. The request stands until <time>.
    > /deploy diff production
    Nothing new: first, what is live in staging, is live in production of shop already.
    "
  `);
});

test("rolled back, allowed, adopted", async () => {
  const second = await play.ship("two", "catalogue/two.json", '{"name":"Two","detail":"£2","order":21}\n', 2);
  names.set(second, "second");
  await live("staging", second);
  const diff = await conversation(alice, "/deploy diff production", "/rollback production");
  const back = await conversation(alice, "/rollback staging of shop the prices are wrong");
  await live("staging", first);
  const held = await conversation(
    alice,
    "/deploy status",
    "/deploy staging",
    `/deploy allow ${second.slice(0, 7)} it was the till`,
  );
  const settled = await conversation(
    rosa,
    `/deploy allow ${second.slice(0, 7)} it was the till`,
    `/deploy allow ${second.slice(0, 7)} it was the till`,
    `/deploy adopt production ${first.slice(0, 7)}`,
    "/deploy resolve 1 success seen",
  );
  expect(`${diff}${back}${held}${settled}`).toMatchInlineSnapshot(`
    "
    > /deploy diff production
    To production of shop would ship second, what is live in staging, after first. It brings 2 commits by alice.
    • #5 “Change catalogue/two.json” by alice, closes #2
    Compare: https://github.example/acme/shop/compare/first<40>...second<40>
    > /rollback production
    production of shop has no earlier healthy revision to go back to.

    > /rollback staging of shop the prices are wrong
    Deployment 6: first of shop to staging may go now.

    > /deploy status
    shop (acme/shop)
    • staging: first is live since <time> (<age>), by alice, deployment 6.
        Held since rollback 6, which took second out.
    • production: first is live since <time> (<age>), by alice, deployment 3.
        Healthy.
        Deployment 4 of first, asked for by alice, is waiting: approvals.
    > /deploy staging
    Stopped: main (second) of shop may not go to staging.
    • Blocks: quarantine. second is in quarantine since alice rolled it back in staging, saying “the prices are wrong”. An approver can take it out with /deploy allow second &lt;reason&gt;.
    > /deploy allow second it was the till
    alice may not allow. That is for the environment's approvers, or for the repository's administrators where there are none.

    > /deploy allow second it was the till
    second is out of quarantine and may be deployed again.
    > /deploy allow second it was the till
    second is not in quarantine.
    > /deploy adopt production first
    Noted as deployment 7: first is live in production. Nothing was deployed.
    > /deploy resolve 1 success seen
    rosa may not resolve. That is for the environment's approvers, or for the repository's administrators where there are none.
    "
  `);
});

test("who may only read, and who is not known", async () => {
  const lines = [
    "/deploy status",
    "/deploy queue",
    "/deploy production",
    "/rollback production",
    "/deploy lock staging x",
  ];
  expect(await conversation(olaf, ...lines)).toMatchInlineSnapshot(`
    "
    > /deploy status
    shop (acme/shop)
    • staging: first is live since <time> (<age>), by alice, deployment 6.
        Held since rollback 6, which took second out.
    • production: first is live since <time> (<age>), by rosa, deployment 7.
        Healthy.
        Deployment 4 of first, asked for by alice, is waiting: approvals.
    > /deploy queue
    olaf may not see the queue. That is for whoever may ask for this environment: “who” in the pipeline file, or everyone who can push.
    > /deploy production
    Stopped: first of shop may not go to production.
    • Blocks: access. olaf has only read permission on the repository on GitHub; asking needs permission to push. Whoever may ask for this environment can ask instead.
    > /rollback production
    olaf may not roll back. That needs permission to push to the repository on GitHub.
    > /deploy lock staging x
    olaf may not lock. That is for whoever may ask for this environment: “who” in the pipeline file, or everyone who can push.
    "
  `);
});

test("linked by a sign-in at GitHub", async () => {
  expect(await conversation(olaf, "/deploy link", "/deploy unlink", "/deploy link alice")).toMatchInlineSnapshot(`
    "
    > /deploy link
    Link your GitHub login with the address below. It is for you alone and good until <time>; a new /deploy link makes it void.
    > /deploy unlink
    You are linked to no GitHub login, so there is nothing to take away. If I know you, it is from “people” in the pipeline file.
    > /deploy link alice
    I did not expect “alice” there. Write: /deploy link
    "
  `);
});

test("a hotfix where the pipeline file names nobody for it", async () => {
  expect(await conversation(alice, `/deploy staging ${first.slice(0, 7)} hotfix it burns`)).toMatchInlineSnapshot(`
    "
    > /deploy staging first hotfix it burns
    Stopped: first of shop may not go to staging.
    • Blocks: access. This environment takes no hotfixes: “hotfix” in the pipeline file names nobody who may ask for one.
    "
  `);
});

test("in a comment the same answers, as text that nobody is mentioned by", async () => {
  const pull = play.github.view(sampleRepository).pullRequests.at(-1)?.number ?? 0;
  const comment = await play.github.comment(sampleRepository, "olaf", pull, "/deploy history staging");
  const answer = await play.until("the answer", () =>
    play.pull(pull).comments.find(({ body }) => body.includes(`signalbox:reply ${comment} `)),
  );
  const said = answer.body
    .replaceAll("\u200b", "")
    .replace(/\\([^\w\s])/g, "$1")
    .replaceAll(String(comment), "<comment>");
  expect(`\n${steady(said)}\n`).toMatchInlineSnapshot(`
    "
    <!-- signalbox:reply <comment> -->
    [\`olaf\` asked](https://github.example/acme/shop/issues/5#issuecomment-<comment>): \`/deploy history staging\`

    The latest deployments to staging of shop:
    • 6: first succeeded. Rolled back by alice at <time> (<age>), took <long>, saying “the prices are wrong”.
    • 5: main (second) succeeded. Merged by alice at <time> (<age>), took <long>.
    • 1: main (first) succeeded. Merged by alice at <time> (<age>), took <long>.
    "
  `);
});
