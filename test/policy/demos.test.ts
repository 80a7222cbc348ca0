/** Which branches get a demo, what it is called, what its policy is, and what a pipeline file must not say of demos. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { demoPolicyNow, destroying, isDemoBranch, slugsFor } from "../../src/policy/demos.ts";
import { nameOnGitHub } from "../../src/policy/environment-name.ts";
import type { Pipeline, ServicePolicy } from "../../src/policy/pipeline.ts";
import { pathText } from "../../src/policy/pipeline-file/places.ts";
import { readPipelineFile } from "../../src/policy/pipeline-file/read.ts";

function read(text: string) {
  return readPipelineFile({ sources: [{ name: "file", text }], repository: "acme/shop" });
}

function pipeline(text: string): Pipeline {
  const reading = read(text);
  if (reading.kind !== "good") throw new Error(JSON.stringify(reading));
  return reading.pipeline;
}

function service(text: string): ServicePolicy {
  const [one] = pipeline(text).services;
  if (one === undefined) throw new Error("no service");
  return one;
}

function mistakes(text: string): readonly string[] {
  const reading = read(text);
  return reading.kind === "mistakes"
    ? reading.mistakes.map(
        (one) => `${one.line}:${one.column} ${one.path}: found ${one.found}, expected ${one.expected}`,
      )
    : [];
}

const file = `
environments: {staging: {branch: main, deploy: x}}
demos:
  branches: ["feature-demo/*", "try/**"]
  url: "https://{slug}.demo.example.com"
  env: {A: "{slug}"}
  deploy: make demo {slug}
  verify: [{http: {url: "https://{slug}.demo.example.com/", contains: "{slug} {sha}"}}, {smoke: make smoke}]
  destroy: make demo-destroy
`;

describe("which branches", () => {
  test.each([
    ["feature-demo/basket", true],
    ["feature-demo/basket/two", false],
    ["feature-demo", false],
    ["Feature-demo/basket", false],
    ["xfeature-demo/basket", false],
    ["try/a/b", true],
    ["main", false],
  ])("%s: %s", (branch, expected) => {
    expect(isDemoBranch({ branches: ["feature-demo/*", "try/**"] }, branch)).toBe(expected);
  });
});

describe("slugs", () => {
  const long = "a".repeat(80);
  test.each([
    ["feature-demo/*", "feature-demo/basket", "basket"],
    ["feature-demo/*", "feature-demo/New_Basket.v2", "new-basket-v2"],
    ["feature-demo/*", "feature-demo/--a--", "a"],
    ["feature-demo/*", "feature-demo/Größe", "gro-e"],
    ["feature-demo/*", 'feature-demo/$(id);`x`"', "id-x"],
    ["feature-demo/*", `feature-demo/${long}`, "a".repeat(63)],
    ["feature-demo/*", `feature-demo/${"a".repeat(62)}-b`, "a".repeat(62)],
    ["feature-demo-*", "feature-demo-basket", "feature-demo-basket"],
    ["*", "basket", "basket"],
    ["try/**", "try/a/b", "a-b"],
    ["*/demo", "alice/demo", "alice-demo"],
    ["feature-demo/*", "feature-demo/корзина", expect.stringMatching(/^demo-[0-9a-f]{6}$/u)],
  ])("of %s, %s is called %s", (pattern, branch, slug) => {
    expect(slugsFor({ branches: [pattern] }, branch)[0]).toEqual(slug);
  });

  test("are labels of DNS, whatever the branch is called, and tell any two branches apart", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 1, maxLength: 120 }), (name) => {
        const slugs = slugsFor({ branches: ["demo/*"] }, `demo/${name}`);
        for (const slug of slugs) expect(slug).toMatch(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/u);
        expect(new Set(slugs).size).toBe(slugs.length);
        const other = slugsFor({ branches: ["demo/*"] }, `demo/${name}!`);
        expect(other.at(-1)).not.toBe(slugs.at(-1));
      }),
    );
  });
});

describe("the policy of a demo", () => {
  const shop = service(file);
  const row = { name: "demo/basket", branch: "feature-demo/basket" };

  test("follows the file: its own branch, nothing before it, no approvals, its slug where it is asked for", () => {
    const [staging] = shop.environments;
    if (staging === undefined) throw new Error("no staging");
    const policy = demoPolicyNow(shop, { ...row, policy: staging });
    expect(policy).toMatchObject({
      name: "demo/basket",
      branch: "feature-demo/basket",
      url: "https://basket.demo.example.com",
      production: false,
      env: { A: "{slug}", SIGNALBOX_DEMO_SLUG: "basket", SIGNALBOX_DEMO_URL: "https://basket.demo.example.com" },
      // Values reach commands by their variables alone.
      deploy: [{ deployer: { run: "make demo {slug}" } }],
      verify: [
        { deployer: { url: "https://basket.demo.example.com/", contains: "basket {sha}" } },
        { deployer: { run: "make smoke" } },
      ],
    });
    expect(policy).not.toHaveProperty("after");
    expect(policy).not.toHaveProperty("approvals");
    expect(destroying(policy)).toMatchObject({
      deploy: [{ name: "destroy", deployer: { run: "make demo-destroy" }, changesEnvironment: true }],
      verify: [],
    });
  });

  test("is the one that it was pushed under where the file names its branch no more", () => {
    const [staging] = shop.environments;
    if (staging === undefined) throw new Error("no staging");
    expect(demoPolicyNow(shop, { ...row, branch: "other", policy: staging })).toBe(staging);
  });
});

test("defaults: two weeks, and twenty at once", () => {
  expect(service(file).demos).toMatchObject({ ttl: 14 * 86_400_000, most: 20 });
});

test("in several services, each has its own, and GitHub sees them apart", () => {
  const two = pipeline(`
services:
  api: {environments: {staging: {deploy: x}}, demos: {branches: "demo/*", deploy: x, destroy: y}}
  web: {environments: {staging: {deploy: x}}, demos: {branches: "demo/*", deploy: x, destroy: y}}
`);
  expect(nameOnGitHub(two, "api", "demo/basket")).toBe("api/demo/basket");
  expect(nameOnGitHub(pipeline(file), "shop", "demo/basket")).toBeUndefined();
});

describe("mistakes", () => {
  const env = "environments: {a: {branch: main, deploy: x}}\n";
  test.each([
    [
      "nothing",
      `${env}demos: {}`,
      [
        "2:1 demos.branches: found nothing, expected a pattern with a *, such as feature-demo/*, or a list of them",
        "2:1 demos.deploy: found nothing, expected a command, or a list of stages such as `- build: make build`",
        "2:1 demos.destroy: found nothing, expected a command, or a list of stages such as `- destroy: make demo-destroy`",
      ],
    ],
    [
      "one branch",
      `${env}demos: {branches: demo, deploy: x, destroy: x}`,
      ['2:19 demos.branches: found "demo", expected a pattern with a *, such as feature-demo/*'],
    ],
    [
      "a branch that an environment follows",
      `${env}demos: {branches: ["x/*", "**"], deploy: x, destroy: x}`,
      ['2:27 demos.branches[1]: found "**", expected a pattern without main, which a follows'],
    ],
    [
      "beside services",
      "services: {a: {environments: {b: {deploy: x}}}}\ndemos: {branches: x/*, deploy: x, destroy: x}",
      ["2:1 demos: found demos, expected demos inside each of the services, or no services"],
    ],
    [
      "several things at once",
      `${env}demos:
  branches: "demo/*"
  url: "https://{branch}.example.com"
  most: 0
  tll: 3d
  env: {A: a}
  secrets: [A]
  deploy: [{up: x}, {up: y}]
  destroy: {rum: x}
  verify: {http: {url: "https://{slug}.example.com/{slag}"}}
`,
      [
        '4:8 demos.url: found "{branch}", expected {slug}',
        "5:9 demos.most: found 0, expected a whole number from 1 to 100",
        "6:3 demos.tll: found tll, expected one of branches, url, ttl, most, timeout, env, secrets, deploy, verify, destroy",
        '8:13 demos.secrets[0]: found "A", expected a name that env does not have',
        '9:22 demos.deploy[1].up: found "up", expected a name that no other stage here has',
        expect.stringMatching(
          /^10:13 demos\.destroy\.rum: found rum, expected one of run, .*, or a list of stages such as `- destroy: make demo-destroy`$/u,
        ),
        expect.stringMatching(/^11:24 demos\.verify\.http\.url: found "\{slag\}", expected one of .*, \{slug\}$/u),
      ],
    ],
  ])("%s", (_, text, expected) => {
    expect(mistakes(text)).toEqual(expected);
  });
});

test("paths are told as they are written", () => {
  expect(pathText(["demos", "destroy", 0, "remove"])).toBe("demos.destroy[0].remove");
});
