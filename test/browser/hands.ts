/** What a person does on the sandbox's page: points, clicks and types. It knows the page by what it says, not by its code. */
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import { startSandbox } from "../../sandbox/main.ts";
import { createContext } from "../../src/context.ts";

export type OpenSandbox = {
  readonly url: string;
  readonly log: readonly string[];
  /** Holds each `make deploy` of the sample in its middle, until it may go on. */
  hold(): Promise<void>;
  goOn(): Promise<void>;
  close(): Promise<void>;
};

/** The whole sandbox with the real bot. `pace` is how many seconds each step of the sample's stages takes. */
export async function openSandbox(pace: number): Promise<OpenSandbox> {
  const dataDir = await mkdtemp(join(tmpdir(), "signalbox-browser-"));
  // Where the tests run as root, the private database's own user has to come in here.
  await chmod(dataDir, 0o755);
  const [tools, held] = [join(dataDir, "tools"), join(dataDir, "held")];
  await mkdir(tools);
  // What puts the built page into its place is found here first.
  const copy = `#!/bin/sh\nwhile [ -e '${held}' ]; do sleep 0.1; done\nexec /bin/cp "$@"\n`;
  await writeFile(join(tools, "cp"), copy, { mode: 0o755 });
  const usualPath = process.env["PATH"] ?? "";
  process.env["PATH"] = `${tools}:${usualPath}`;
  const log: string[] = [];
  const sandbox = await startSandbox({
    port: 0,
    host: "127.0.0.1",
    dataDir,
    context: createContext(),
    pace,
    print: (line) => void log.push(line),
  });
  return {
    url: sandbox.url,
    log,
    hold: () => writeFile(held, ""),
    goOn: () => rm(held),
    async close() {
      process.env["PATH"] = usualPath;
      await sandbox.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

export type Person = "Alice" | "Rosa" | "Olaf";

export function handsOn(page: Page) {
  const pull = (title: string) => page.locator(".pull", { hasText: title });
  const station = (environment: string) => page.locator(".station", { hasText: environment });
  /** The newest message that asks for an answer. */
  const request = () => page.locator(".conversation:has(.asks)").last();

  return {
    pull,
    station,
    request,
    /** Opens the thread of the newest message that asks for an answer. */
    async thread(): Promise<Locator> {
      const replies = request().locator(".replies");
      if ((await replies.getAttribute("aria-expanded")) !== "true") await replies.click();
      return page.locator("#thread-messages");
    },
    async closeThread(): Promise<void> {
      await page.getByRole("button", { name: "Close the thread" }).click();
    },
    /** Goes to a channel, or to the bot's App Home. */
    async go(name: string): Promise<void> {
      const folded = page.locator("#places-toggle");
      if (await folded.isVisible()) await folded.click();
      await page.locator("#places").getByRole("button", { name }).click();
    },
    modal: () => page.locator("#view-dialog"),
    step: (title: string) => page.locator(".step", { hasText: title }),
    /** Messages that only the chosen person sees. */
    answers: () => page.locator(".message.ephemeral"),

    async ready(): Promise<void> {
      await page.locator("#bot", { hasText: "Running" }).waitFor();
    },
    async become(person: Person): Promise<void> {
      await page.getByRole("radio", { name: new RegExp(person) }).check();
    },
    async fillIn(title: string): Promise<void> {
      await page.getByRole("button", { name: `Fill in: ${title}` }).click();
    },
    async type(text: string): Promise<void> {
      await page.getByLabel("Message or command").fill(text);
      await page.keyboard.press("Enter");
    },
    async react(message: Locator, emoji: string): Promise<void> {
      const mine = message.getByRole("button", { name: new RegExp(`^(?:React with )?${emoji}`) });
      await mine.first().click();
    },
    async openPull(): Promise<void> {
      await page.getByRole("dialog").getByRole("button", { name: "Open it" }).click();
    },
    async savePull(): Promise<void> {
      await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
    },
    async commit(): Promise<void> {
      await page.getByRole("dialog").getByRole("button", { name: "Commit it" }).click();
    },
    async merge(title: string): Promise<void> {
      await pull(title).getByRole("button", { name: "Merge pull request" }).click();
    },
    /** Waits until an environment shows what people call this revision, live. */
    async untilLive(environment: string, what: string): Promise<void> {
      await page.locator(".station.go", { hasText: environment }).filter({ hasText: what }).waitFor();
    },
    async view(name: "Pull requests" | "Issues" | "Environments"): Promise<void> {
      await page.getByRole("tab", { name }).click();
    },
  };
}

export type Hands = ReturnType<typeof handsOn>;

/** How far the page goes beyond its window to the right, in CSS pixels: 0 where nothing has to be scrolled sideways. */
export async function overhang(page: Page): Promise<number> {
  return Number(await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"));
}

/** Whether what the empty composer says can be read whole. */
export async function placeholderFits(page: Page): Promise<boolean> {
  const read = `(() => {
    const input = document.getElementById("text");
    const style = getComputedStyle(input);
    const pen = document.createElement("canvas").getContext("2d");
    pen.font = style.font;
    const room = input.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    return pen.measureText(input.placeholder).width <= room;
  })()`;
  return (await page.evaluate(read)) === true;
}

/** What has the focus, and whether a person can see that: an outline of its own, or of the label around it. */
export async function focused(page: Page): Promise<{ readonly what: string; readonly outline: number }> {
  const read = `(() => {
    const element = document.activeElement;
    const shown = [element, element?.closest("label")].filter(Boolean).map((one) => getComputedStyle(one));
    const widths = shown.map((style) => (style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth)));
    return { what: element?.tagName + " " + (element?.textContent || element?.getAttribute("aria-label") || ""), outline: Math.max(0, ...widths) };
  })()`;
  return (await page.evaluate(read)) as { what: string; outline: number };
}
