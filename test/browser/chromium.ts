/** A real browser for tests: the machine's own Chromium, driven over a pipe, with a profile that is gone afterwards. */
import { existsSync } from "node:fs";
import type { Browser } from "playwright-core";
import { chromium as playwright } from "playwright-core";

const usualPlaces = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

const flags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** The program's path: what `CHROMIUM_PATH` names, else one of the usual places; undefined when there is none. */
export function chromiumPath(env: Readonly<Record<string, string | undefined>> = process.env): string | undefined {
  const named = env["CHROMIUM_PATH"];
  const places = named === undefined || named === "" ? usualPlaces : [named];
  return places.find((place) => existsSync(place));
}

/** What a machine without a browser is told; in CI these tests are never skipped. */
export const withoutBrowser =
  "The browser tests are skipped: there is no Chromium here. Install Debian's `chromium`, or name one in CHROMIUM_PATH.";

export function inCi(env: Readonly<Record<string, string | undefined>> = process.env): boolean {
  return env["CI"] !== undefined && env["CI"] !== "" && env["CI"] !== "false";
}

/** Playwright makes a new profile folder for each launch and removes it at the end. */
export async function launchChromium(executablePath: string): Promise<Browser> {
  return await playwright.launch({ executablePath, args: flags, headless: true });
}
