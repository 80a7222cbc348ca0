import { mkdir } from "node:fs/promises";
import { chromiumPath, launchChromium } from "./chromium.ts";
import { handsOn, openSandbox } from "./hands.ts";
const folder = "/tmp/pics"; await mkdir(folder, { recursive: true });
const sandbox = await openSandbox(0.05);
const browser = await launchChromium(chromiumPath() ?? "");
const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
page.setDefaultTimeout(25_000);
const hands = handsOn(page);
async function say(text: string, wait = 1500) {
  const before = await hands.answers().count();
  await hands.type(text);
  for (let i = 0; i < 40 && (await hands.answers().count()) === before; i += 1) await page.waitForTimeout(100);
  await page.waitForTimeout(wait);
  const all = await hands.answers().allInnerTexts();
  console.log(`\n>>> ${text}\n${all.slice(before).join("\n---\n") || "(no ephemeral answer)"}`);
}
const last = async (n = 1) => console.log("LAST MSG:", (await page.locator(".conversation").allInnerTexts()).slice(-n).join("\n=====\n"));
try {
  await page.goto(sandbox.url); await hands.ready();
  await hands.become("Alice");
  for (const c of ["/deploy help", "/deploy status", "/deploy stauts", "/deploy why production", "/deploy diff production","/deploy queue","/deploy history","/promote production"]) await say(c, 300);
  await hands.fillIn("Open a pull request too early"); await hands.openPull();
  await hands.pull("WIP: add the basket").locator(".comment", { hasText: "Not ready" }).waitFor();
  await hands.fillIn("Make it ready"); await hands.savePull();
  await hands.pull("Add the basket").locator(".comment", { hasText: "All set" }).waitFor();
  await hands.merge("Add the basket"); await hands.untilLive("staging", "Add the basket");
  for (const c of ["/deploy freeze production until friday the end of the quarter", "/deploy freeze all until 2030-01-01 audit"]) await say(c, 500);
  await hands.become("Rosa");
  await say("/deploy freeze production until friday the end of the quarter", 800);
  await hands.become("Alice");
  await say("/deploy production", 800);
  await say("/deploy why production", 800);
  await page.screenshot({ path: `${folder}/freeze-block.png` });
  await say("/deploy production main hotfix", 600);
  await say("/deploy production main hotfix checkout is down for everyone", 1500);
  await hands.become("Rosa");
  await say("/deploy production main hotfix checkout is down for everyone", 3000);
  await page.screenshot({ path: `${folder}/hotfix.png` });
  await last(2);
  await say("/deploy status", 800); await say("/deploy queue", 500);
  await hands.become("Alice");
  await say("/deploy cancel 2",1000);
  await hands.become("Rosa");
  try { await hands.request().getByRole("button", { name: "Approve" }).click({timeout:3000}); } catch { console.log("no approve button"); }
  await page.waitForTimeout(3000); await last(2);
  await page.screenshot({ path: `${folder}/hotfix2.png` });
  await say("/deploy thaw production", 1000);
  for (const c of ["/deploy where #1","/deploy where #2","/deploy history production","/deploy diff production","/deploy why staging","/deploy lock staging a demo","/deploy lock","/deploy unlock staging","/deploy lock staging until 18:00 a demo","/deploy status","/deploy unlock staging","/deploy retry 1","/deploy cancel 1","/deploy resolve 1 success it runs","/deploy adopt production main","/deploy allow main it is fine","/deploy demo list","/deploy link","/deploy unlink","/rc","/rc cut","/rollback production","/rollback staging","/deploy help lock","/deploy help","/deploy production of shopp","/deploy prodution","/deploy lock prod","/deploy where","/deploy diff","/deploy nothing at all"]) await say(c, 500);
  await page.screenshot({ path: `${folder}/end.png` });
} finally { await browser.close(); await sandbox.close(); }
