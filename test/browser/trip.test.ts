/** The trip by hand, in a real browser on the sandbox's page, with the real bot behind it. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chromiumPath, inCi, launchChromium, withoutBrowser } from "./chromium.ts";
import { focused, type Hands, handsOn, type OpenSandbox, openSandbox, overhang, placeholderFits } from "./hands.ts";

const program = chromiumPath();
if (program === undefined) process.stderr.write(`\n${withoutBrowser}\n`);

test("in CI the browser tests are never skipped", () => {
  if (inCi()) expect(program, withoutBrowser).toBeDefined();
  expect(chromiumPath({ CHROMIUM_PATH: "/nowhere/chromium" })).toBeUndefined();
  expect([inCi({ CI: "true" }), inCi({ CI: "false" }), inCi({ CI: "" }), inCi({})]).toEqual([
    true,
    false,
    false,
    false,
  ]);
});

describe.skipIf(program === undefined)("the trip in a browser", () => {
  let sandbox: OpenSandbox;
  let browser: Browser;
  let page: Page;
  let hands: Hands;
  const complaints: string[] = [];

  function watch(shown: Page): Page {
    shown.setDefaultTimeout(40_000);
    shown.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
    });
    shown.on("pageerror", (error) => complaints.push(error.message));
    return shown;
  }

  beforeAll(async () => {
    [sandbox, browser] = await Promise.all([openSandbox(0), launchChromium(program ?? "")]);
    page = watch(await browser.newPage({ viewport: { width: 1440, height: 900 } }));
    await page.goto(sandbox.url);
    hands = handsOn(page);
    await hands.ready();
  });
  afterAll(async () => {
    await browser?.close();
    await sandbox?.close();
  });

  test("a pull request that is opened too early is held, and one comment says what to do", async () => {
    await hands.fillIn("Open a pull request too early");
    await hands.openPull();
    const pull = hands.pull("WIP: add the basket");
    await pull.locator(".comment", { hasText: "Not ready to be merged yet" }).waitFor();
    await pull.getByText("Merging is held by signalbox/ready: Work in progress.").waitFor();
    expect(await pull.getByRole("button", { name: "Merge pull request" }).isDisabled()).toBe(true);
  });

  test("retitled, with the issue that it closes, it can be merged and the comment says so", async () => {
    await hands.fillIn("Make it ready");
    await hands.savePull();
    const pull = hands.pull("Add the basket");
    await pull.locator(".comment", { hasText: "All set" }).waitFor();
    expect(await pull.locator(".comment").count()).toBe(1);
    await hands.merge("Add the basket");
    await hands.untilLive("staging", "Add the basket");
    await hands.view("Issues");
    const issue = page.locator(".issue", { hasText: "Customers want a basket" });
    await issue.getByText("Closed", { exact: true }).waitFor();
    await hands.view("Pull requests");
  });

  test("what Alice asks for she cannot approve; Rosa's reaction deploys it", async () => {
    await hands.become("Alice");
    await hands.type("/deploy production");
    await hands.request().getByText("Needs 1 approval").waitFor();
    await hands.react(hands.request(), "✅");
    await (await hands.thread()).getByText("does not count").waitFor();
    await hands.closeThread();
    await hands.become("Rosa");
    await hands.react(hands.request(), "✅");
    await hands.untilLive("production", "Add the basket");
  });

  test("a second change goes the same way, and is rolled back", async () => {
    await hands.fillIn("Ship a second change");
    await hands.commit();
    await hands.openPull();
    await hands.merge("Delivery costs");
    await hands.untilLive("staging", "Delivery costs");
    await hands.type("/deploy production");
    await hands.request().getByText("Needs 1 approval").waitFor();
    await hands.become("Rosa");
    await hands.request().getByRole("button", { name: "Approve" }).click();
    await hands.untilLive("production", "Delivery costs");
    await hands.become("Alice");
    await hands.type("/rollback production delivery costs are wrong");
    await hands.untilLive("production", "Add the basket");
    await hands.type("/promote production");
    await hands.answers().getByText("quarantine").first().waitFor();
  });

  test("Rosa's lock stops Alice, and tells her why", async () => {
    await hands.fillIn("Lock production");
    await page.keyboard.press("Enter");
    await hands.answers().getByText("we are counting the stock").first().waitFor();
    await hands.become("Alice");
    await hands.type("/deploy production");
    await hands.answers().getByText("rosa holds a lock").first().waitFor();
  });

  test("killed in the middle of a deployment and started again, the bot ends it, and nothing ran twice", async () => {
    await hands.view("Environments");
    const staging = page.locator(".environment", { hasText: "staging" });
    await staging.getByText("deployed 2 times").waitFor();
    await sandbox.hold();
    await hands.type("/deploy staging");
    await staging.getByText("deployed 3 times").waitFor();
    await hands.station("staging").getByText("in progress").waitFor();
    await page.getByRole("button", { name: "kill -9" }).click();
    await page.locator("#bot", { hasText: "Killed" }).waitFor();
    await page.getByRole("button", { name: "Start again" }).click();
    await hands.ready();
    await sandbox.goOn();
    await page.locator(".step.done", { hasText: "Kill the bot mid-deployment" }).waitFor();
    await hands.untilLive("staging", "Delivery costs");
    expect(await staging.getByText("deployed 3 times").count()).toBe(1);
  });

  test("/deploy alone opens a form over the page; the verdict follows what is chosen, and Escape closes it", async () => {
    await hands.type("/deploy");
    await hands.modal().getByLabel("Environment").selectOption({ label: "production · Production" });
    await hands.modal().getByText("rosa holds a lock").waitFor();
    expect(await page.evaluate("document.activeElement.closest('dialog')?.id")).toBe("view-dialog");
    await page.keyboard.press("Escape");
    await hands.modal().waitFor({ state: "hidden" });
  });

  test("what one writes to the bot alone is its own conversation, and App Home is beside it", async () => {
    await hands.go("Signalbox");
    await page.getByRole("tab", { name: "Home" }).waitFor();
    await page.getByRole("tab", { name: "Messages" }).click();
    await hands.type("/deploy status");
    await hands.answers().getByText("production").first().waitFor();
    await hands.go("shop-deploys");
    await page.locator(".conversation").first().waitFor();
  });

  test("Alice proves on GitHub's page who she is", async () => {
    await hands.type("/deploy link");
    const opened = page.waitForEvent("popup");
    await hands.answers().last().getByRole("link").click();
    const popup = await opened;
    popup.setDefaultTimeout(40_000);
    await popup.getByText("Signed in as alice").waitFor();
    await popup.getByRole("button", { name: "Authorize Signalbox" }).click();
    await popup.getByRole("button", { name: "Link them" }).click();
    await popup.getByText("alice").first().waitFor();
    await popup.close();
    await hands.step("Link your accounts").and(page.locator(".done")).waitFor();
  });

  test("the list has ticked off what was done, and no more", async () => {
    const open = await page.locator(".step:not(.done) h3").allTextContents();
    const left = ["Skip staging", "Ship the fix", "Freeze production", "Ship a hotfix", "Break staging"];
    expect(open.filter((title) => title !== "Look at App Home")).toEqual(left);
  });

  test("with the keyboard one sees where one is", async () => {
    await page.mouse.click(720, 300);
    const seen: string[] = [];
    for (let press = 0; press < 12; press += 1) {
      await page.keyboard.press("Tab");
      const { what, outline } = await focused(page);
      expect(outline, what).toBeGreaterThanOrEqual(1);
      seen.push(what);
    }
    expect(new Set(seen).size).toBeGreaterThan(6);
  });

  test("on a phone each part fits its screen", async () => {
    const phone = watch(await browser.newPage({ viewport: { width: 390, height: 844 }, hasTouch: true }));
    await phone.goto(sandbox.url);
    await handsOn(phone).ready();
    for (const [tab, panel] of [
      ["Try", "Things to try"],
      ["Slack", "Slack"],
      ["GitHub", "GitHub"],
    ] as const) {
      await phone.getByRole("navigation").getByRole("button", { name: tab }).click();
      await phone.getByRole("heading", { name: panel, exact: true }).waitFor();
      expect(await overhang(phone), tab).toBe(0);
    }
    await phone.getByRole("navigation").getByRole("button", { name: "Slack" }).click();
    await handsOn(phone).go("general");
    await phone.getByText("Nothing was said in #general yet.").waitFor();
    await handsOn(phone).go("shop-deploys");
    await phone.locator(".replies").last().click();
    await phone.getByRole("heading", { name: "Thread" }).waitFor();
    expect(await overhang(phone), "a thread").toBe(0);
    await handsOn(phone).closeThread();
    expect(await placeholderFits(phone)).toBe(true);
    await phone.getByRole("navigation").getByRole("button", { name: "GitHub" }).click();
    await handsOn(phone).view("Environments");
    await phone.locator(".environment").first().waitFor();
    expect(await overhang(phone), "Environments").toBe(0);
    await phone.close();
  });

  test("nothing had to be scrolled sideways, and the browser had nothing to complain of", async () => {
    expect(await overhang(page)).toBe(0);
    expect(complaints).toEqual([]);
    expect(sandbox.log.filter((line) => /"level":"(?:error|fatal)"/.test(line))).toEqual([]);
  });
});
