/**
 * Takes pictures of each kind of message from the sandbox's page, on a laptop and a phone, for people to look at:
 * node test/browser/take-pictures.ts [folder], .data/pictures unless said. With `readme` after it, the README's picture,
 * docs/sandbox.png, is taken as well; the machine then wants a font with emoji.
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { argv, exit } from "node:process";
import type { Browser, Page } from "playwright-core";
import { chromiumPath, launchChromium } from "./chromium.ts";
import { type Hands, handsOn, type OpenSandbox, openSandbox } from "./hands.ts";

const [folder = ".data/pictures", readme] = argv.slice(2);
/** Slow enough that a deployment can be seen running. */
const pace = 0.4;

type Shoot = (name: string) => Promise<void>;

/** The same place on a laptop in light and on a phone in dark, the phone as it stands for the same person. */
function shooter(page: Page, phone: Page): Shoot {
  return async (name) => {
    await settle(page);
    await page.screenshot({ path: join(folder, `${name}-laptop.png`), animations: "disabled" });
    const who = String(await page.evaluate("localStorage.getItem('person')"));
    await phone.locator(`#people input[value="${who}"]`).check({ force: true });
    await settle(phone);
    await phone.screenshot({ path: join(folder, `${name}-phone.png`), animations: "disabled" });
  };
}

async function settle(page: Page): Promise<void> {
  await page.mouse.move(0, 0);
  await page.evaluate("getSelection().removeAllRanges()");
  await page.waitForTimeout(300);
}

async function ship(page: Page, hands: Hands, name: string, detail: string): Promise<void> {
  await hands.become("Alice");
  await page.getByRole("button", { name: "Commit a change" }).click();
  await page.getByLabel("What customers will see").fill(name);
  await page.getByLabel("A line about it").fill(detail);
  await hands.commit();
  await hands.openPull();
  await hands.merge(name);
}

async function toStaging(hands: Hands): Promise<void> {
  await hands.fillIn("Open a pull request too early");
  await hands.openPull();
  await hands.pull("WIP: add the basket").locator(".comment", { hasText: "Not ready" }).waitFor();
  await hands.fillIn("Make it ready");
  await hands.savePull();
  await hands.pull("Add the basket").locator(".comment", { hasText: "All set" }).waitFor();
  await hands.merge("Add the basket");
  await hands.untilLive("staging", "Add the basket");
}

/** What the README begins with: the whole request, as whoever may approve it sees it. */
async function takeReadme(page: Page): Promise<void> {
  const size = page.viewportSize() ?? { width: 1440, height: 900 };
  // High enough for the message with its buttons and reactions.
  await page.setViewportSize({ ...size, height: 1040 });
  await page.locator(".pull summary").first().click();
  await page.evaluate("document.querySelector('.conversation:has(.asks)').scrollIntoView({ block: 'start' })");
  await page.evaluate("document.activeElement.blur()");
  await settle(page);
  await page.screenshot({ path: "docs/sandbox.png", animations: "disabled" });
  await page.setViewportSize(size);
}

async function approvals(page: Page, hands: Hands, phone: Hands, shoot: Shoot): Promise<void> {
  await hands.become("Alice");
  await hands.type("/deploy production");
  await hands.request().getByRole("button", { name: "Approve" }).waitFor();
  await shoot("request");
  await hands.react(hands.request(), "✅");
  await (await hands.thread()).getByText("does not count").waitFor();
  await phone.thread();
  await shoot("thread");
  for (const one of [hands, phone]) await one.closeThread();
  await hands.become("Rosa");
  if (readme !== undefined) await takeReadme(page);
  await hands.request().getByRole("button", { name: "Reject" }).click();
  await page.locator(".conversation", { hasText: "rosa rejected this" }).waitFor();
  // The message is edited at most once a second.
  await page.waitForTimeout(2_500);
  await shoot("rejected");
  await hands.become("Alice");
  await hands.type("/deploy production");
  await hands.become("Rosa");
  await hands.request().getByRole("button", { name: "Approve" }).click();
  await page.locator(".station.wait", { hasText: "production" }).waitFor();
  await shoot("running");
  await hands.untilLive("production", "Add the basket");
  await page.locator(".conversation", { hasText: "Open production" }).last().waitFor();
  await shoot("success");
}

async function formAndHome(page: Page, hands: Hands, phone: Hands, shoot: Shoot): Promise<void> {
  await hands.become("Alice");
  await hands.type("/deploy");
  await hands.modal().getByText("Environment", { exact: true }).waitFor();
  await hands.modal().getByLabel("Environment").selectOption({ label: "production · Production" });
  await hands.modal().getByText("approvals").first().waitFor();
  await shoot("modal");
  for (let open = true; open; open = await hands.modal().isVisible()) {
    await page.getByRole("button", { name: "Close all" }).click();
    await page.waitForTimeout(200);
  }
  await hands.type("/deploy status");
  await hands.answers().last().getByText("production").first().waitFor();
  await shoot("status");
  await hands.become("Rosa");
  await phone.become("Rosa");
  for (const one of [hands, phone]) await one.go("Signalbox");
  await page.waitForTimeout(1_500);
  await shoot("home");
  for (const one of [hands, phone]) await one.go("shop-deploys");
}

async function askedAnew(page: Page, phone: Page, hands: Hands, shoot: Shoot): Promise<void> {
  await ship(page, hands, "Delivery costs", "Free from £30, otherwise £2");
  await hands.untilLive("staging", "Delivery costs");
  await hands.type("/deploy production");
  await hands.become("Rosa");
  await hands.request().getByRole("button", { name: "Approve" }).click();
  await hands.untilLive("production", "Delivery costs");
  await ship(page, hands, "Gift wrapping", "In brown paper");
  await hands.untilLive("staging", "Gift wrapping");
  await hands.type("/deploy production");
  await hands.request().getByRole("button", { name: "Approve" }).waitFor();
  await hands.type("/rollback production delivery costs are wrong");
  await hands.untilLive("production", "Add the basket");
  await shoot("asked-anew");
  for (const one of [page, phone]) {
    await one
      .locator(".conversation", { hasText: "Rollback: shop" })
      .last()
      .locator(".block-header")
      .scrollIntoViewIfNeeded();
  }
  await shoot("rollback");
}

async function frozen(page: Page, hands: Hands, shoot: Shoot): Promise<void> {
  await hands.become("Rosa");
  await hands.type("/deploy freeze production until 2h we are counting the stock");
  await hands.answers().last().getByText("is frozen until").waitFor();
  await hands.become("Alice");
  await hands.type("/deploy production");
  await hands.answers().last().getByText("Stopped").waitFor();
  await shoot("frozen");
  await hands.type("/deploy production main hotfix customers cannot pay");
  await page.locator(".conversation", { hasText: "Hotfix: shop" }).last().waitFor();
  await shoot("hotfix");
  await hands.become("Rosa");
  await hands.type("/deploy thaw production");
  await hands.answers().last().getByText("no longer frozen").waitFor();
}

async function failure(page: Page, hands: Hands, shoot: Shoot): Promise<void> {
  await hands.view("Issues");
  await page.getByRole("button", { name: "Open issue" }).click();
  await page.getByRole("dialog").getByLabel("Title").fill("Sell a box for gifts");
  await hands.openPull();
  await page.locator(".issue", { hasText: "Sell a box for gifts" }).waitFor();
  await hands.view("Pull requests");
  await ship(page, hands, "Gift box", "With a ribbon, a card, tissue paper and room for whatever else you found");
  await page.locator(".station.stop", { hasText: "staging" }).waitFor();
  await page.waitForTimeout(1_000);
  await shoot("failure");
}

async function takeAll(sandbox: OpenSandbox, browser: Browser): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, colorScheme: "light" });
  const phone = await browser.newPage({ viewport: { width: 390, height: 844 }, colorScheme: "dark" });
  for (const one of [page, phone]) {
    one.setDefaultTimeout(40_000);
    await one.goto(sandbox.url);
    await handsOn(one).ready();
  }
  const hands = handsOn(page);
  const shoot = shooter(page, phone);
  await toStaging(hands);
  await approvals(page, hands, handsOn(phone), shoot);
  await formAndHome(page, hands, handsOn(phone), shoot);
  await askedAnew(page, phone, hands, shoot);
  await frozen(page, hands, shoot);
  await failure(page, hands, shoot);
}

const program = chromiumPath();
if (program === undefined) {
  process.stderr.write("There is no Chromium here to take pictures with.\n");
  exit(1);
}
await mkdir(folder, { recursive: true });
const sandbox = await openSandbox(pace);
const browser = await launchChromium(program);
try {
  await takeAll(sandbox, browser);
} finally {
  await browser.close();
  await sandbox.close();
}
