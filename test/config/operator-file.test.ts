import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { complete, read } from "./setting-values.ts";

const path = "/work-folder/operator.yml";

async function rulesOf(text: string, env: Readonly<Record<string, string>> = {}) {
  const result = await read({ ...complete, ...env }, { [path]: text });
  if (result.kind !== "settings") throw new Error(JSON.stringify(result));
  return result;
}

async function mistakesOf(text: string, env: Readonly<Record<string, string>> = {}) {
  const result = await read({ ...complete, ...env }, { [path]: text });
  if (result.kind !== "mistakes") throw new Error(`expected mistakes, got ${result.kind}`);
  return result.mistakes;
}

describe("the operator's rules", () => {
  it.each([
    ["acme/shop", "acme/shop", true],
    ["acme/shop", "Acme/Shop", true],
    ["acme/shop", "acme/shop-api", false],
    ["acme/*", "acme/anything", true],
    ["acme/*", "acme-evil/anything", false],
    ["acme/*", "acme/a/b", false],
    ["acme/shop-*", "acme/shop-api", true],
    ["acme/shop-*", "acme/web", false],
    ["acme/a.b", "acme/aXb", false],
  ])("commands for %s let %s run: %s", async (pattern, repository, allowed) => {
    const { operator } = await rulesOf(`commands: ["${pattern}"]`);
    expect(operator.commandsAllowed(repository)).toBe(allowed);
  });

  it("gives a secret only to the repositories that it is for", async () => {
    const text = "secrets: {DEPLOY_KEY: {env: DEPLOY_KEY_OF_ACME, for: [acme/shop]}}";
    const { operator, secrets } = await rulesOf(text, { DEPLOY_KEY_OF_ACME: "the-value " });
    expect(operator.secrets("ACME/shop", ["DEPLOY_KEY", "OTHER"])).toEqual({
      values: { DEPLOY_KEY: "the-value " },
      refused: ["OTHER"],
    });
    expect(operator.secrets("acme/web", ["DEPLOY_KEY"])).toEqual({ values: {}, refused: ["DEPLOY_KEY"] });
    expect(operator.secrets("acme/shop", ["__proto__", "constructor"]).refused).toEqual(["__proto__", "constructor"]);
    expect(secrets).toContain("the-value ");
  });

  it("takes an empty file as one that allows nothing", async () => {
    const { operator } = await rulesOf("# nothing yet\n");
    expect(operator.commandsAllowed("acme/shop")).toBe(false);
  });

  it("reads the example that comes with the project", async () => {
    const text = await readFile("operator.example.yml", "utf8");
    const { operator } = await rulesOf(text, { SHOP_DEPLOY_SECRET: "something" });
    expect(operator.commandsAllowed("acme/shop")).toBe(true);
    expect(operator.outbound).toEqual(["prometheus.internal"]);
  });
});

describe("mistakes in operator.yml", () => {
  it("are all found at once, each with its place", async () => {
    const text = [
      "comands: [acme/shop]",
      "commands: [acme, '*/*', 3]",
      "secrets:",
      "  SIGNALBOX_SHA: {env: A, for: []}",
      "  DEPLOY: {envv: A, for: acme/shop}",
      "outbound: ['https://host/path']",
      "pins: {acme/infra: acme/shop}",
    ].join("\n");
    const mistakes = await mistakesOf(text);
    expect(mistakes.map(({ name, line, column }) => `${name} ${line}:${column}`).sort()).toEqual([
      "comands 1:1",
      "commands.0 2:12",
      "commands.1 2:18",
      "commands.2 2:25",
      "outbound.0 6:12",
      "pins.acme/infra 7:20",
      "secrets.DEPLOY.env 5:11",
      "secrets.DEPLOY.envv 5:12",
      "secrets.DEPLOY.for 5:26",
      "secrets.SIGNALBOX_SHA 4:3",
    ]);
    expect(mistakes.find((mistake) => mistake.name === "comands")?.expected).toContain("commands is the nearest");
    expect(mistakes.find((mistake) => mistake.name === "secrets.DEPLOY.envv")?.expected).toContain(
      "env is the nearest",
    );
  });

  it.each([
    ["PRIVATE_KEY", /own settings/u],
    ["DATABASE_URL", /own settings/u],
    ["NOT_SET_ANYWHERE", /that is set/u],
    ["TOO_SHORT", /at least 4/u],
  ])("a secret from %s is refused", async (env, expected) => {
    const mistakes = await mistakesOf(`secrets: {X: {env: ${env}, for: [acme/shop]}}`, { TOO_SHORT: "abc" });
    expect(mistakes).toEqual([
      {
        name: "secrets.X.env",
        file: "operator.yml",
        found: expect.stringContaining(env),
        expected: expect.stringMatching(expected),
      },
    ]);
  });

  it.each([
    ["commands: [", 1],
    ["commands: []\ncommands: []", 2],
    ["- a\n- b", 1],
    ["just words", 1],
  ])("a file that is no map is refused with its place: %j", async (text, line) => {
    expect((await mistakesOf(text))[0]).toMatchObject({ file: "operator.yml", line });
  });

  it("an alias bomb is refused, not expanded", async () => {
    const lines = ["a: &a [x, x, x, x, x, x, x, x, x]"];
    for (let n = 1; n < 12; n += 1) {
      const last = String.fromCharCode(96 + n);
      const next = String.fromCharCode(97 + n);
      lines.push(`${next}: &${next} [${Array.from({ length: 9 }, () => `*${last}`).join(", ")}]`);
    }
    expect((await mistakesOf(lines.join("\n")))[0]?.found).toBe("too many aliases");
  });
});
