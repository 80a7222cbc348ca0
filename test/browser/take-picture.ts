/**
 * Takes the README's picture, docs/sandbox.png: the sandbox's page with the trip partly done. Run it when the page has
 * changed: node test/browser/take-picture.ts [file]
 */
import { argv, exit } from "node:process";
import { chromiumPath, launchChromium } from "./chromium.ts";
import { handsOn, openSandbox } from "./hands.ts";

const program = chromiumPath();
if (program === undefined) {
  process.stderr.write("There is no Chromium here to take the picture with.\n");
  exit(1);
}

const path = argv[2] ?? "docs/sandbox.png";
const sandbox = await openSandbox(0.1);
const browser = await launchChromium(program);
try {
  const page = await browser.newPage({ viewport: { width: 1240, height: 820 }, colorScheme: "light" });
  await page.goto(sandbox.url);
  const hands = handsOn(page);
  await hands.ready();
  await hands.fillIn("Open a pull request too early");
  await hands.openPull();
  await hands.pull("WIP: add the basket").locator(".comment", { hasText: "Not ready" }).waitFor();
  await hands.fillIn("Make it ready");
  await hands.savePull();
  await hands.pull("Add the basket").locator(".comment", { hasText: "All set" }).waitFor();
  await hands.merge("Add the basket");
  await hands.untilLive("staging", "Add the basket");
  await hands.type("/deploy production");
  await hands.request().getByText("Needs 1 approval").waitFor();
  await hands.react(hands.request(), "✅");
  await (await hands.thread()).getByText("does not count").waitFor();
  await hands.closeThread();
  await hands.become("Rosa");
  await hands.view("Pull requests");
  await page.locator(".pull summary").first().click();
  await page.locator(".conversation").last().scrollIntoViewIfNeeded();
  await page.mouse.move(0, 0);
  await page.evaluate("document.activeElement.blur(); getSelection().removeAllRanges()");
  await page.screenshot({ path, animations: "disabled" });
} finally {
  await browser.close();
  await sandbox.close();
}
