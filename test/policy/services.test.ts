/** Several services in one pipeline file: what it means, its mistakes with their places, and which files make a service. */
import { describe, expect, test } from "vitest";
import { contentOf, pathMatcher } from "../../src/policy/paths.ts";
import { readPipelineFile } from "../../src/policy/pipeline-file/read.ts";
import { isTouched, type TouchFacts } from "../../src/policy/touched.ts";

const read = (text: string) => readPipelineFile({ sources: [{ name: "file", text }], repository: "acme/shop" });

function mistakes(text: string): readonly string[] {
  const reading = read(text);
  const found = reading.kind === "mistakes" ? reading.mistakes : [];
  return found.map((one) => `${one.line}:${one.column} ${one.path}: found ${one.found}, expected ${one.expected}`);
}

describe("several services in one file", () => {
  const text = `
channel: "#shop-deploys"
versions: {from: package.json}
groups: {managers: [rosa]}
services:
  api:
    paths: ["api/**", "!api/docs/**"]
    environments:
      staging: {branch: main, deploy: make api}
      production: {approvals: {from: [managers]}, deploy: make api}
  web:
    channel: "#web-deploys"
    versions: {from: web/package.json}
    environments:
      staging: {branch: main, deploy: make web}
`;

  test("each has its own, and else what stands at the top", () => {
    const reading = read(text);
    const services = reading.kind === "good" ? reading.pipeline.services : [];
    expect(services.map(({ name, channel, versions }) => [name, channel, versions.from])).toEqual([
      ["api", "#shop-deploys", { kind: "file", path: "package.json" }],
      ["web", "#web-deploys", { kind: "file", path: "web/package.json" }],
    ]);
    const environments = services.map((service) =>
      service.environments.map(({ name, after, paths }) => [name, after, paths]),
    );
    expect(environments).toEqual([
      [
        ["staging", undefined, ["api/**", "!api/docs/**"]],
        ["production", "staging", ["api/**", "!api/docs/**"]],
      ],
      [["staging", undefined, undefined]],
    ]);
  });

  test.each<[string, string, readonly string[]]>([
    ["none", "services: {}", ["1:11 services: found nothing, expected at least one service with its environments"]],
    [
      "one without environments",
      'services:\n  api: {paths: ["api/**"]}',
      ["2:3 services.api.environments: found nothing, expected at least one environment and how to deploy it"],
    ],
    [
      "beside what belongs to a service",
      "service: shop\nenvironments: {a: {deploy: x}}\nservices: {api: {environments: {a: {deploy: x}}}}",
      [
        "1:1 service: found service, expected service inside each of the services, or no services",
        "2:1 environments: found environments, expected environments inside each of the services, or no services",
      ],
    ],
    [
      "names that differ in no more than case",
      "services:\n  api: {environments: {a: {deploy: x}}}\n  API: {environments: {a: {deploy: x}}}",
      ['3:3 services.API: found "API", expected a name that differs from api in more than case'],
    ],
    [
      "rules of one environment",
      "services:\n  api:\n    environments:\n      production: {deploy: x}\n      b: {after: c, rollback: {stage: [a]}, deploy: x}",
      [
        "4:7 services.api.environments.production.approvals: found nothing, expected approvals, or `approvals: off`, because this environment is production",
        '5:18 services.api.environments.b.after: found "c", expected one of production',
        "5:21 services.api.environments.b.rollback.stages: found nothing, expected a list of names of deploy stages",
        "5:32 services.api.environments.b.rollback.stage: found stage, expected one of stages",
      ],
    ],
    [
      "keys of the repository, and others",
      "services:\n  api:\n    people: {}\n    pathes: [a]\n    environments: {a: {deploy: x}}",
      [
        "3:5 services.api.people: found people, expected one of paths, channel, versions, environments, demos",
        "4:5 services.api.pathes: found pathes, expected one of paths, channel, versions, environments, demos",
      ],
    ],
    [
      "paths that take out of nothing",
      'services: {api: {paths: ["!docs/**"], environments: {a: {deploy: x}}}}',
      [
        '1:26 services.api.paths[0]: found "!docs/**", expected a path that is taken in first: ! takes out of those before it',
      ],
    ],
    [
      "versions at the top, told once",
      "versions: {from: /x.json}\nservices: {api: {environments: {a: {deploy: x}}}, web: {environments: {a: {deploy: x}}}}",
      ['1:18 versions.from: found "/x.json", expected a path from the repository\'s root, such as api/package.json'],
    ],
    [
      "a version bump that no service can make",
      "pull_requests: {version_bump: required}\nservices: {api: {environments: {a: {deploy: x}}}}",
      [
        "1:31 pull_requests.version_bump: found required, expected off, or a file in versions.from: tags hold no version that a pull request could raise",
      ],
    ],
  ])("%s", (_, file, expected) => {
    expect(mistakes(file)).toEqual(expected);
  });

  test("one service with a file is enough for the version bump", () => {
    const file =
      "pull_requests: {version_bump: required}\nservices:\n  api: {versions: {from: package.json}, environments: {a: {deploy: x}}}\n  web: {environments: {a: {deploy: x}}}";
    expect(mistakes(file)).toEqual([]);
  });
});

describe("which files make a service", () => {
  test.each<[readonly string[], readonly string[], readonly string[]]>([
    [["api/**"], ["api/a.ts", "api/deep/b.ts"], ["api", "apis/a.ts", "web/api/a.ts", "API/a.ts"]],
    [["api"], ["api", "api/a.ts", "api/deep/b.ts"], ["apis", "web/api"]],
    [["api/"], ["api/a.ts"], ["apis/a.ts"]],
    [["/api/*.ts"], ["api/a.ts"], ["api/deep/b.ts", "api/a.tsx", "x/api/a.ts"]],
    [["**/*.sql"], ["a.sql", "db/a.sql", "db/x/a.sql"], ["a.sqlx"]],
    [
      ["a?c.txt", "x/**/z"],
      ["abc.txt", "x/z", "x/y/z", "x/y/y/z"],
      ["ac.txt", "a/c.txt", "xz"],
    ],
    [
      ["a.b", "(c)+[d]"],
      ["a.b", "(c)+[d]"],
      ["aXb", "ccd"],
    ],
    [["api/**", "!api/docs/**", "api/docs/keep.md"], ["api/a", "api/docs/keep.md"], ["api/docs/other.md"]],
    [["**"], ["a", "b/c"], []],
  ])("%j", (patterns, inside, outside) => {
    const belongs = pathMatcher(patterns);
    expect(inside.filter((path) => !belongs(path))).toEqual([]);
    expect(outside.filter(belongs)).toEqual([]);
  });

  const file = (path: string, sha: string, mode = "100644") => ({ path, sha, mode });

  test("the content is that of these files alone, in any order", () => {
    const of = (...files: readonly ReturnType<typeof file>[]) => contentOf(files, ["api/**"]);
    const content = of(file("api/a", "1"), file("api/b", "2"), file("web/c", "3"));
    expect(of(file("web/c", "4"), file("api/b", "2"), file("api/a", "1"))).toBe(content);
    expect(of(file("api/a", "2"), file("api/b", "2"))).not.toBe(content);
    expect(of(file("api/a", "1", "100755"), file("api/b", "2"))).not.toBe(content);
    expect(of(file("api/a", "1"))).not.toBe(content);
  });
});

describe("whether a merge touches a service", () => {
  const live = { content: "a", policy: "present", uncertain: false } as const;
  test.each<[string, TouchFacts, boolean]>([
    ["nothing live yet", { content: "a" }, true],
    ["what is live already", { content: "a", live }, false],
    ["other content", { content: "b", live }, true],
    ["another effect of the pipeline file", { content: "a", live: { ...live, policy: "another" } }, true],
    ["an environment in doubt", { content: "a", live: { ...live, uncertain: true } }, true],
    ["what is on its way already", { content: "b", live, coming: { content: "b", policy: "present" } }, false],
    [
      "back to what is live, before what is on its way",
      { content: "a", live, coming: { content: "b", policy: "present" } },
      true,
    ],
    ["on its way under another policy", { content: "b", live, coming: { content: "b", policy: "another" } }, true],
  ])("%s", (_, facts, touched) => {
    expect(isTouched(facts)).toBe(touched);
  });
});
