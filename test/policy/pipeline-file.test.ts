import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalHash, canonicalJson, policyHash } from "../../src/policy/canonical-hash.ts";
import type { Mistake, Pipeline } from "../../src/policy/pipeline.ts";
import { readDuration } from "../../src/policy/pipeline-file/duration.ts";
import { readPipelineFile } from "../../src/policy/pipeline-file/read.ts";
import { reservedNames } from "../../src/policy/pipeline-file/rules.ts";
import { deployerKeys, deployerShape } from "../../src/policy/pipeline-file/shape-stages.ts";
import { anyCharacter } from "../harness/any-character.ts";

const deployers = Object.keys(deployerShape).join(", ");

const file = "acme/shop:.github/signalbox.yml";
const read = (text: string) => readPipelineFile({ sources: [{ name: file, text }], repository: "acme/shop" });

function good(text: string): Pipeline {
  const reading = read(text);
  if (reading.kind !== "good") throw new Error(`expected a good file: ${JSON.stringify(reading)}`);
  return reading.pipeline;
}

function mistakesIn(text: string): readonly Mistake[] {
  const reading = read(text);
  return reading.kind === "mistakes" ? reading.mistakes : [];
}

/** `line:column path: found … expected … (nearest)` */
const told = ({ line, column, path, found, expected, nearest }: Mistake) =>
  `${line}:${column} ${path}: found ${found}, expected ${expected}${nearest === undefined ? "" : ` (${nearest})`}`;

const environment = (yaml: string) => `environments:\n  staging:\n    deploy: make deploy\n${yaml}`;
const first = (pipeline: Pipeline) => pipeline.services[0]?.environments ?? [];

describe("a right file", () => {
  test("the smallest one has every default", () => {
    expect(good("environments:\n  staging:\n    deploy: make deploy\n")).toEqual({
      pullRequests: {
        wip: ["WIP", "Work in progress", "🚧"],
        closes: "required",
        assignee: "suggested",
        reviewer: "suggested",
        versionBump: "off",
        news: "issues",
        exempt: [],
      },
      people: {},
      groups: {},
      services: [
        {
          name: "shop",
          versions: { from: { kind: "tags" }, tag: "v{version}", scheme: "semver", files: [] },
          environments: [
            {
              name: "staging",
              auto: true,
              timeout: 3_600_000,
              env: {},
              secrets: [],
              deploy: [{ name: "deploy", deployer: { kind: "run", run: "make deploy" }, changesEnvironment: true }],
              verify: [],
              production: false,
              checks: [],
              who: [],
              queue: "supersede",
              rollbackStages: ["deploy"],
            },
          ],
        },
      ],
    });
  });

  test("everything that can be written", () => {
    const pipeline = good(`
_extends: .github
service: shop-api
channel: "#shop-deploys"
pull_requests:
  wip: [Draft]
  closes: suggested
  assignee: required
  reviewer: off
  version_bump: suggested
  news: all
  exempt: ["dependabot[bot]"]
versions:
  from: {path: lib/shop/version.rb, pattern: 'VERSION = "([^"]+)"'}
people: {alice: U012ABCDEF}
groups:
  release-managers: [alice, bob, Carol]
environments:
  staging:
    branch: main
    auto: false
    url: https://staging.example.com
    timeout: 1h30m
    env: {RAILS_ENV: staging}
    secrets: [DB_PASSWORD]
    deploy:
      - test: make test
      - build: {run: make build}
      - migrate: {run: bin/migrate, confirm: bin/migrated}
      - deploy: {http: {url: "https://deploy.example.com/go", secret: DEPLOY_SECRET}}
    verify:
      - smoke: make smoke
      - http: {url: "https://staging.example.com/version", contains: "{sha}", for: 30s}
      - http: {url: "https://staging.example.com/", status: 302, within: 5m}
      - errors:
          prometheus: {url: "http://prometheus:9090", query: "sum(errors)", below: 5, at_least: 0, for: 10m}
  production:
    url: https://example.com
    checks: ["ci/test "]
    approvals: {count: 2, from: [release-managers], requester: true, authors: true, expires: 90s}
    who: [release-managers, dave]
    queue: queue
    hotfix: {from: [release-managers, dave]}
    on_failure: rollback
    rollback: {stages: [deploy]}
    deploy: {run: make deploy}
    verify: make smoke
  canary:
    after: staging
    production: true
    approvals: off
    deploy: {http: {url: "http://localhost:8080/"}}
`);
    expect(pipeline.pullRequests).toEqual({
      wip: ["Draft"],
      closes: "suggested",
      assignee: "required",
      reviewer: "off",
      versionBump: "suggested",
      news: "all",
      exempt: ["dependabot[bot]"],
    });
    expect(pipeline.people).toEqual({ alice: "U012ABCDEF" });
    expect(pipeline.groups).toEqual({ "release-managers": ["alice", "bob", "Carol"] });
    expect(pipeline.services).toEqual([
      {
        name: "shop-api",
        channel: "#shop-deploys",
        versions: {
          from: { kind: "file", path: "lib/shop/version.rb", pattern: 'VERSION = "([^"]+)"' },
          tag: "v{version}",
          scheme: "semver",
          files: [],
        },
        environments: [
          {
            name: "staging",
            branch: "main",
            auto: false,
            url: "https://staging.example.com",
            timeout: 5_400_000,
            env: { RAILS_ENV: "staging" },
            secrets: ["DB_PASSWORD"],
            deploy: [
              { name: "test", deployer: { kind: "run", run: "make test" }, changesEnvironment: false },
              { name: "build", deployer: { kind: "run", run: "make build" }, changesEnvironment: false },
              {
                name: "migrate",
                deployer: { kind: "run", run: "bin/migrate", confirm: "bin/migrated" },
                changesEnvironment: true,
              },
              {
                name: "deploy",
                deployer: { kind: "http", url: "https://deploy.example.com/go", secret: "DEPLOY_SECRET" },
                changesEnvironment: true,
              },
            ],
            verify: [
              { name: "smoke", deployer: { kind: "run", run: "make smoke" }, changesEnvironment: false },
              {
                name: "http",
                deployer: {
                  kind: "probe",
                  url: "https://staging.example.com/version",
                  status: 200,
                  contains: "{sha}",
                  holds: 30_000,
                },
                changesEnvironment: false,
              },
              {
                name: "http-2",
                deployer: {
                  kind: "probe",
                  url: "https://staging.example.com/",
                  status: 302,
                  holds: 0,
                  within: 300_000,
                },
                changesEnvironment: false,
              },
              {
                name: "errors",
                deployer: {
                  kind: "prometheus",
                  url: "http://prometheus:9090",
                  query: "sum(errors)",
                  bounds: { below: 5, atLeast: 0 },
                  holds: 600_000,
                },
                changesEnvironment: false,
              },
            ],
            production: false,
            checks: [],
            who: [],
            queue: "supersede",
            rollbackStages: ["test", "build", "deploy"],
          },
          {
            name: "production",
            auto: true,
            url: "https://example.com",
            timeout: 3_600_000,
            env: {},
            secrets: [],
            deploy: [{ name: "deploy", deployer: { kind: "run", run: "make deploy" }, changesEnvironment: true }],
            verify: [{ name: "verify", deployer: { kind: "run", run: "make smoke" }, changesEnvironment: false }],
            production: true,
            after: "staging",
            checks: ["ci/test"],
            approvals: { count: 2, from: ["release-managers"], requester: true, authors: true, expires: 90_000 },
            who: ["release-managers", "dave"],
            queue: "queue",
            hotfix: { from: ["release-managers", "dave"] },
            onFailure: "rollback",
            rollbackStages: ["deploy"],
          },
          {
            name: "canary",
            auto: true,
            timeout: 3_600_000,
            env: {},
            secrets: [],
            deploy: [
              { name: "deploy", deployer: { kind: "http", url: "http://localhost:8080/" }, changesEnvironment: true },
            ],
            verify: [],
            production: true,
            after: "staging",
            checks: [],
            who: [],
            queue: "supersede",
            rollbackStages: ["deploy"],
          },
        ],
      },
    ]);
  });

  test("approvals have defaults of their own", () => {
    const [, production] = first(
      good(`${environment("")}  production:\n    deploy: x\n    approvals: {from: [alice]}\n`),
    );
    expect(production?.approvals).toEqual({
      count: 1,
      from: ["alice"],
      requester: false,
      authors: false,
      expires: 86_400_000,
    });
  });

  test("environments keep the order of the file", () => {
    const names = ["zeta", "alpha", "mid"];
    const text = `environments:\n${names.map((name) => `  ${name}: {deploy: x}\n`).join("")}`;
    expect(first(good(text)).map(({ name, after }) => [name, after])).toEqual([
      ["zeta", undefined],
      ["alpha", "zeta"],
      ["mid", "alpha"],
    ]);
  });

  test("anchors, aliases and merges are followed", () => {
    const text = `environments:
  staging: &usual
    deploy: make deploy
    env: {A: b}
  second:
    <<: *usual
    timeout: 5m
`;
    expect(first(good(text)).map(({ env, timeout }) => [env, timeout])).toEqual([
      [{ A: "b" }, 3_600_000],
      [{ A: "b" }, 300_000],
    ]);
  });

  test("a repository without a file is left alone", () => {
    expect(readPipelineFile({ sources: [], repository: "acme/shop" })).toEqual({ kind: "absent" });
  });
});

describe("mistakes", () => {
  test("all of them at once, each with its place", () => {
    const text = `chanel: "#x"
channel: shop
versions: {from: tags, scheme: semvar}
pull_requests: {closes: requird, assignee: yes}
groups: {release-managers: [alice, "team:acme"]}
environments:
  staging:
    timeout: 30
    release: afterwards
    env: {SIGNALBOX_X: a, PORT: 3000}
    deploy:
      - test: make test
      - scan: {check: signalbox/ready}
      - test: {rnu: x}
    on_failure: retry
  production:
    after: stagin
    approvals: {from: [release-manager], expires: 8x}
    rollback: {stages: [deploi]}
    deploy: make deploy
`;
    expect(mistakesIn(text).map(told)).toEqual([
      "1:1 chanel: found chanel, expected one of _extends, service, channel, pull_requests, versions, people, groups, environments, demos, services (channel)",
      '2:10 channel: found "shop", expected a Slack channel in quotes, such as "#shop-deploys", or its id ("#shop")',
      '3:32 versions.scheme: found "semvar", expected one of semver, pep440, dotted, calver (semver)',
      '4:25 pull_requests.closes: found "requird", expected required, suggested or off (required)',
      '4:44 pull_requests.assignee: found "yes", expected required, suggested or off',
      '5:36 groups.release-managers[1]: found "team:acme", expected the name of a group, a GitHub login, team:<organisation>/<team>, or usergroup:<id>',
      "8:14 environments.staging.timeout: found 30, expected a duration such as 30m, 2h, 14d or 1h30m",
      '9:14 environments.staging.release: found "afterwards", expected before, after or off',
      '10:11 environments.staging.env.SIGNALBOX_X: found "SIGNALBOX_X", expected the name of a variable: letters, digits and _, not beginning with SIGNALBOX_',
      "10:33 environments.staging.env.PORT: found 3000, expected text: put quotes around it",
      '13:23 environments.staging.deploy[1].scan.check: found "signalbox/ready", expected a check or status of somebody else: those that begin with signalbox/ are the bot\'s own',
      '14:9 environments.staging.deploy[2].test: found "test", expected a name that no other stage here has',
      `14:16 environments.staging.deploy[2].test.rnu: found rnu, expected one of ${deployers} (run)`,
      '15:17 environments.staging.on_failure: found "retry", expected rollback or stop',
      '17:12 environments.production.after: found "stagin", expected one of staging (staging)',
      '18:24 environments.production.approvals.from[0]: found "release-manager", expected a group (release-managers), or a GitHub login in people (release-managers)',
      '18:51 environments.production.approvals.expires: found "8x", expected a duration such as 30m, 2h, 14d or 1h30m',
      '19:25 environments.production.rollback.stages[0]: found "deploi", expected one of the deploy stages: deploy (deploy)',
    ]);
    expect(new Set(mistakesIn(text).map((mistake) => mistake.file))).toEqual(new Set([file]));
  });

  test.each<[string, string, string]>([
    ["an empty file", "", "1:1 environments: found nothing, expected at least one environment and how to deploy it"],
    [
      "only a comment",
      "# soon\n",
      "1:1 environments: found nothing, expected at least one environment and how to deploy it",
    ],
    [
      "an announcement to two at once",
      "environments:\n  a: {deploy: b, announce: [{webhook: {url: http://x}, grafana: {url: http://x, token: T}}]}",
      "2:29 environments.a.announce[0]: found a map with webhook, grafana, expected one of {grafana: …}, {sentry: …} or {webhook: …}",
    ],
    [
      "a release of Sentry's with a name that nothing goes to",
      environment(
        "    announce:\n      - sentry: {organization: acme, projects: [shop], token: T, release: 'shop@{verison}'}\n",
      ),
      '5:75 environments.staging.announce[0].sentry.release: found "{verison}", expected one of {sha}, {short_sha}, {version}, {ref}, {service}, {environment}, {deployment} ({version})',
    ],
    [
      "the bot's own check, which it never waits for",
      environment("    checks: [test, ' signalbox/ready']\n"),
      '4:20 environments.staging.checks[1]: found " signalbox/ready", expected a check or status of somebody else: those that begin with signalbox/ are the bot\'s own',
    ],
    [
      "an environment whose name is a number, which would come first in any order",
      "environments:\n  staging: {deploy: a}\n  10: {deploy: b}\n",
      '3:3 environments.10: found "10", expected a name with a letter: numbers alone lose their place in the order',
    ],
    [
      "an announcement to nobody known",
      "environments:\n  a: {deploy: b, announce: [{grafna: {url: http://x, token: T}}]}",
      "2:30 environments.a.announce[0].grafna: found grafna, expected one of grafana, sentry, webhook (grafana)",
    ],
    [
      "a release with an address in its name",
      "environments:\n  a: {deploy: b, announce: [{sentry: {organization: o, projects: [p], token: T, release: a/b}}]}",
      '2:90 environments.a.announce[0].sentry.release: found "a/b", expected what the release is called, such as shop@{version}',
    ],
    ["a list", "- a", "1:1 (file): found a list, expected keys and their values"],
    ["text", "hello", '1:1 (file): found "hello", expected keys and their values'],
    [
      "no environment",
      "environments: {}",
      "1:15 environments: found nothing, expected at least one environment and how to deploy it",
    ],
    [
      "a list of environments",
      "environments: [a]",
      "1:15 environments: found a list, expected at least one environment and how to deploy it",
    ],
    [
      "an empty environment",
      "environments:\n  a:\n",
      "2:5 environments.a: found nothing, expected how to deploy it, such as {deploy: make deploy}",
    ],
    [
      "no deploy",
      "environments:\n  a: {auto: true}\n",
      "2:3 environments.a.deploy: found nothing, expected a command, or a list of stages such as `- build: make build`",
    ],
    [
      "an empty deploy",
      "environments:\n  a: {deploy: []}\n",
      "2:15 environments.a.deploy: found an empty list, expected a command, or a list of stages such as `- build: make build`",
    ],
    [
      "a blank command",
      "environments:\n  a: {deploy: ' '}\n",
      '2:15 environments.a.deploy: found " ", expected a command, as text',
    ],
    [
      "stages as a map",
      "environments:\n  a:\n    deploy: {build: x}\n",
      `3:14 environments.a.deploy.build: found build, expected one of ${deployers}, or a list of stages such as \`- build: make build\``,
    ],
    [
      "two stages in one entry",
      "environments:\n  a:\n    deploy:\n      - {b: x, c: y}\n",
      "4:9 environments.a.deploy[0]: found a map with b, c, expected one stage in each entry, such as `- build: make build`",
    ],
    [
      "a stage that is only a name",
      "environments:\n  a:\n    deploy: [build]\n",
      '3:14 environments.a.deploy[0]: found "build", expected a stage, such as `build: make build`',
    ],
    [
      "a stage of a bad name",
      "environments:\n  a:\n    deploy: [{'my build': x}]\n",
      '3:15 environments.a.deploy[0].my build: found "my build", expected a stage\'s name: letters, digits, - _ and .',
    ],
    [
      "run and http",
      "environments:\n  a: {deploy: {run: x, http: {url: 'https://x.example'}}}\n",
      "2:15 environments.a.deploy: found a map with run, http, expected run or http, not both",
    ],
    [
      "neither run nor http",
      "environments:\n  a: {deploy: {}}\n",
      `2:15 environments.a.deploy: found an empty map, expected a command, or one deployer: ${deployerKeys.join(", ")}`,
    ],
    [
      "confirm without run",
      "environments:\n  a: {deploy: {http: {url: 'https://x.example'}, confirm: y}}\n",
      "2:50 environments.a.deploy.confirm: found confirm, expected confirm only beside run",
    ],
    [
      "http without url",
      "environments:\n  a: {deploy: {http: {}}}\n",
      "2:16 environments.a.deploy.http.url: found nothing, expected an address that begins with http:// or https://",
    ],
    [
      "an address that is none",
      environment("    url: staging.example.com\n"),
      '4:10 environments.staging.url: found "staging.example.com", expected an address that begins with http:// or https://',
    ],
    [
      "a dangerous address",
      environment("    url: javascript:alert(1)\n"),
      '4:10 environments.staging.url: found "javascript:alert(1)", expected an address that begins with http:// or https://',
    ],
    [
      "a probe without an address",
      environment("    verify:\n      - http: {status: 200}\n"),
      "5:9 environments.staging.verify[0].http.url: found nothing, expected an address that begins with http:// or https://",
    ],
    [
      "a probe with a key that it has not",
      environment("    verify: {http: {url: 'https://x.example', contain: x}}\n"),
      "4:47 environments.staging.verify.http.contain: found contain, expected one of url, status, contains, for, within (contains)",
    ],
    [
      "a probe with a secret, as deploying has it",
      environment("    verify: [{http: {url: 'https://x.example', secret: X}}]\n"),
      "4:48 environments.staging.verify[0].http.secret: found secret, expected one of url, status, contains, for, within",
    ],
    [
      "a stage of a probe's name",
      environment("    verify: [{http: make smoke}]\n"),
      '4:21 environments.staging.verify[0].http: found "make smoke", expected what is asked: {url: …}',
    ],
    [
      "a status that is none",
      environment("    verify: [{http: {url: 'https://x.example', status: 20}}]\n"),
      "4:56 environments.staging.verify[0].http.status: found 20, expected a status code of HTTP, such as 200",
    ],
    [
      "a placeholder that there is not",
      environment("    verify: [{http: {url: 'https://x.example', contains: '{shaa}'}}]\n"),
      '4:58 environments.staging.verify[0].http.contains: found "{shaa}", expected one of {sha}, {short_sha}, {version}, {ref}, {service}, {environment}, {deployment} ({sha})',
    ],
    [
      "a query without a bound",
      environment("    verify: [{prometheus: {url: 'https://x.example', query: up}}]\n"),
      "4:27 environments.staging.verify[0].prometheus: found a map with url, query, expected a bound: one of below, above, at_most, at_least",
    ],
    [
      "a bound that is no number",
      environment("    verify: [{errors: {prometheus: {url: 'https://x.example', query: up, below: '5%'}}}]\n"),
      '4:81 environments.staging.verify[0].errors.prometheus.below: found "5%", expected a number',
    ],
    [
      "what has to hold for longer than there is time",
      environment("    timeout: 5m\n    verify: [{http: {url: 'https://x.example', for: 5m}}]\n"),
      '5:53 environments.staging.verify[0].http.for: found "5m", expected less than the environment\'s timeout',
    ],
    [
      "what has to hold for longer than it may take",
      environment("    verify: [{http: {url: 'https://x.example', for: 2m, within: 1m}}]\n"),
      '4:53 environments.staging.verify[0].http.for: found "2m", expected less than `within`',
    ],
    [
      "more time than the environment gives",
      environment("    timeout: 5m\n    verify: [{http: {url: 'https://x.example', within: 10m}}]\n"),
      '5:56 environments.staging.verify[0].http.within: found "10m", expected a time that is not longer than the environment\'s timeout',
    ],
    [
      "two ways to verify in one stage",
      environment("    verify: [{smoke: {run: x, http: {url: 'https://x.example'}}}]\n"),
      "4:22 environments.staging.verify[0].smoke: found a map with run, http, expected only one of run, http",
    ],
    [
      "no way to verify",
      environment("    verify: [{smoke: {}}]\n"),
      "4:22 environments.staging.verify[0].smoke: found an empty map, expected a command, {run: …}, {http: …}, {prometheus: …} or {check: …}",
    ],
    [
      "a verification of a bad name",
      environment("    verify: [{'my smoke': x}]\n"),
      '4:15 environments.staging.verify[0].my smoke: found "my smoke", expected a stage\'s name: letters, digits, - _ and .',
    ],
    [
      "the same name in deploy and verify",
      environment("    verify: [{deploy: x}]\n"),
      '4:15 environments.staging.verify[0].deploy: found "deploy", expected a name that no other stage here has',
    ],
    [
      "no time at all",
      environment("    timeout: 0s\n"),
      '4:14 environments.staging.timeout: found "0s", expected a duration such as 30m, 2h, 14d or 1h30m',
    ],
    [
      "yes",
      environment("    auto: yes\n"),
      '4:11 environments.staging.auto: found "yes", expected true or false (true)',
    ],
    [
      "an unknown queue",
      environment("    queue: superseed\n"),
      '4:12 environments.staging.queue: found "superseed", expected supersede or queue (supersede)',
    ],
    [
      "a snapshot without a branch",
      environment("    snapshot: false\n"),
      "4:5 environments.staging.snapshot: found snapshot, expected snapshot only where the environment has a branch and one before it",
    ],
    [
      "a snapshot from where there is no branch",
      environment("  live: {approvals: off, branch: live, snapshot: false, deploy: x}\n"),
      "4:50 environments.live.snapshot: found false, expected a branch of its own in staging, from which the pull request goes, or no snapshot",
    ],
    [
      "soak with nothing before it",
      environment("    soak: 2h\n"),
      "4:5 environments.staging.soak: found soak in the first environment, expected soak only where there is an environment before this one",
    ],
    [
      "a window without a zone",
      environment("    window: {allow: 09:00-16:00}\n"),
      "4:5 environments.staging.window.timezone: found nothing, expected a time zone such as Europe/Berlin, or UTC",
    ],
    [
      "a window in a zone that there is none of",
      environment("    window: {allow: 09:00-16:00, timezone: Europe/Berlyn}\n"),
      '4:44 environments.staging.window.timezone: found "Europe/Berlyn", expected a time zone such as Europe/Berlin, or UTC',
    ],
    [
      "a window that nobody can read",
      environment("    window: {allow: [Mon-Thu 09:00-16:00, weekdays], timezone: UTC}\n"),
      '4:43 environments.staging.window.allow[1]: found "weekdays", expected days and hours such as Mon-Thu 09:00-16:00, or hours alone',
    ],
    [
      "a window that ends as it begins",
      environment("    window: {allow: Mon 09:00-09:00, timezone: UTC}\n"),
      '4:21 environments.staging.window.allow: found "Mon 09:00-09:00", expected hours that begin and end at different times; all day is 00:00-24:00',
    ],
    [
      "the first after something",
      environment("    after: production\n"),
      '4:12 environments.staging.after: found "production", expected nothing: this is the first environment',
    ],
    [
      "after itself",
      environment("    after: staging\n"),
      '4:12 environments.staging.after: found "staging", which does not stand above, expected nothing: this is the first environment',
    ],
    [
      "a circle",
      `${environment("")}  b: {deploy: x, after: c}\n  c: {deploy: x, after: b}\n`,
      '4:25 environments.b.after: found "c", which does not stand above, expected one of staging',
    ],
    [
      "production without approvals",
      "environments: {production: {deploy: x}}",
      "1:16 environments.production.approvals: found nothing, expected approvals, or `approvals: off`, because this environment is production",
    ],
    [
      "prod without approvals",
      "environments: {prod: {deploy: x}}",
      "1:16 environments.prod.approvals: found nothing, expected approvals, or `approvals: off`, because this environment is production",
    ],
    [
      "live without approvals",
      "environments: {Live: {deploy: x}}",
      "1:16 environments.Live.approvals: found nothing, expected approvals, or `approvals: off`, because this environment is production",
    ],
    [
      "called production without approvals",
      environment("    production: true\n"),
      "2:3 environments.staging.approvals: found nothing, expected approvals, or `approvals: off`, because this environment is production",
    ],
    [
      "approvals that are no word",
      environment("    approvals: of\n"),
      '4:16 environments.staging.approvals: found "of", expected `off`, or who approves: {count: 1, from: […]} (off)',
    ],
    [
      "approvals by nobody",
      environment("    approvals: {count: 1}\n"),
      "4:5 environments.staging.approvals.from: found nothing, expected a list of groups or GitHub logins: those who may approve",
    ],
    [
      "approvals by an empty list",
      environment("    approvals: {from: []}\n"),
      "4:23 environments.staging.approvals.from: found an empty list, expected at least one group or GitHub login",
    ],
    [
      "no approval at all",
      environment("    approvals: {count: 0, from: [a]}\n"),
      "4:24 environments.staging.approvals.count: found 0, expected a whole number, at least 1",
    ],
    [
      "half an approval",
      environment("    approvals: {count: 1.5, from: [a]}\n"),
      "4:24 environments.staging.approvals.count: found 1.5, expected a whole number, at least 1",
    ],
    [
      "more than there are",
      environment("    approvals: {count: 3, from: [a, b, A]}\n"),
      "4:24 environments.staging.approvals.count: found 3, expected at most 2: only a, b may approve",
    ],
    [
      "a group of nobody",
      `groups: {sre: []}\n${environment("    approvals: {from: [sre]}\n")}`,
      "5:23 environments.staging.approvals.from: found a list, expected groups with somebody in them",
    ],
    [
      "an unknown group in who",
      `groups: {developers: [a]}\n${environment("    who: [developer]\n")}`,
      '5:11 environments.staging.who[0]: found "developer", expected a group (developers), or a GitHub login in people (developers)',
    ],
    [
      "a group that is no login",
      environment("    who: [release.managers]\n"),
      '4:11 environments.staging.who[0]: found "release.managers", expected a GitHub login',
    ],
    [
      "a team without its organisation",
      environment("    who: ['team:sre']\n"),
      '4:11 environments.staging.who[0]: found "team:sre", expected the name of a group, a GitHub login, team:<organisation>/<team>, or usergroup:<id>',
    ],
    [
      "a group that leads back to itself",
      `groups: {a: [alice, a]}\n${environment("")}`,
      '1:21 groups.a[1]: found "a", expected a group that does not lead back to a, or a GitHub login',
    ],
    [
      "a group in a group that there is none of",
      `groups: {all: [release.managers], release-managers: [bob]}\n${environment("")}`,
      '1:16 groups.all[0]: found "release.managers", expected a GitHub login, or the name of another group (release-managers)',
    ],
    [
      "a bad secret",
      environment("    secrets: [SIGNALBOX_TOKEN]\n"),
      '4:15 environments.staging.secrets[0]: found "SIGNALBOX_TOKEN", expected the name of a secret: letters, digits and _, not beginning with SIGNALBOX_',
    ],
    [
      "a bad variable",
      environment("    env: {1A: x}\n"),
      '4:11 environments.staging.env.1A: found "1A", expected the name of a variable: letters, digits and _, not beginning with SIGNALBOX_',
    ],
    [
      "a secret and a variable of one name",
      environment("    env: {A: x}\n    secrets: [A]\n"),
      '5:15 environments.staging.secrets[0]: found "A", expected a name that env does not have',
    ],
    [
      "only migrations",
      "environments:\n  a: {deploy: [{migrate: x}]}\n",
      "2:15 environments.a.deploy: found only migrate, expected a stage besides migrate, or the stages of a rollback: a rollback leaves migrate out",
    ],
    [
      "a rollback of nothing",
      environment("    rollback: {stages: []}\n"),
      "4:24 environments.staging.rollback.stages: found an empty list, expected at least one deploy stage",
    ],
    [
      "an environment of a bad name",
      "environments: {'my staging': {deploy: x}}",
      '1:16 environments.my staging: found "my staging", expected an environment\'s name: letters, digits, - _ and .',
    ],
    [
      "two environments but for case",
      "environments: {a: {deploy: x}, A: {deploy: x}}",
      '1:32 environments.A: found "A", expected a name that differs from a in more than case',
    ],
    [
      "a Slack name for an id",
      `people: {alice: alice}\n${environment("")}`,
      '1:17 people.alice: found "alice", expected a Slack user\'s id, such as U012ABCDEF',
    ],
    [
      "a channel that YAML reads as a comment",
      `channel: #shop\n${environment("")}`,
      '1:10 channel: found nothing, expected a Slack channel in quotes, such as "#shop-deploys", or its id',
    ],
    [
      "a key that is part of the language",
      `constructor: x\n${environment("")}`,
      "1:1 constructor: found constructor, expected one of _extends, service, channel, pull_requests, versions, people, groups, environments, demos, services",
    ],
    [
      "a key that would be left out",
      `__proto__: x\n${environment("")}`,
      "1:1 __proto__: found __proto__, expected another name",
    ],
  ])("%s", (_, text, expected) => {
    expect(mistakesIn(text).map(told)).toEqual([expected]);
  });

  test.each(reservedNames)("%s is a command's word and no environment", (name) => {
    expect(mistakesIn(`environments:\n  ${name}: {deploy: x}\n`).map(told)).toEqual([
      `2:3 environments.${name}: found "${name}", expected another name: this word is a command's`,
    ]);
  });

  test.each<[string, string, string]>([
    [
      "a key twice",
      `${environment("")}    deploy: other\n`,
      '4:5 (file): found "deploy: other", expected each key once',
    ],
    ["tabs", "environments:\n\tstaging: {}\n", "2:1 (file): found a tab, expected spaces for indentation"],
    [
      "two documents",
      `${environment("")}---\na: b\n`,
      "4:1 (file): found a second document, expected one document in the file",
    ],
  ])("YAML: %s", (_, text, expected) => {
    expect(mistakesIn(text).map(told)).toEqual([expected]);
  });

  test.each([
    ["an open bracket", "environments: [a\n"],
    ["an open quote", 'service: "a\n'],
    ["a bare colon", "a: b: c\n"],
    ["an alias of nothing", "a: *b\n"],
    [
      "aliases that grow without bound",
      `a: &a [x,x,x,x,x,x,x,x,x,x]\n${"bcdefgh"
        .split("")
        .map((name, i) => `${name}: &${name} [${Array(10).fill(`*${"abcdefg"[i]}`).join(",")}]`)
        .join("\n")}\n`,
    ],
    ["far too much", `# ${"x".repeat(300_000)}\n`],
  ])("YAML: %s is one mistake with a place", (_, text) => {
    const [mistake, ...more] = mistakesIn(text);
    expect(mistake).toMatchObject({ file, path: "(file)", line: expect.any(Number), column: expect.any(Number) });
    expect(more.every((other) => other.path === "(file)")).toBe(true);
  });

  test("a repeated key does not hide the other mistakes", () => {
    expect(
      mistakesIn(`${environment("    timout: 3m\n")}    auto: 1\n    auto: true\n`).map(({ path }) => path),
    ).toEqual(["environments.staging.timout", "(file)"]);
  });

  test("a value that contains itself is no trap", () => {
    expect(mistakesIn("environments: &a {b: *a}").length).toBeGreaterThan(0);
  });

  test("what was found is shown short and on one line", () => {
    const [mistake] = mistakesIn(environment(`    queue: "${"a\\n".repeat(500)}"\n`));
    expect(mistake?.found.length).toBeLessThan(200);
    expect(mistake?.found).not.toContain("\n");
  });
});

describe("where versions are written", () => {
  const rest = "environments: {staging: {deploy: make}}\n";
  const files = "tags, package.json, pyproject.toml, Cargo.toml, a Python file, or {path: …, pattern: …} for any other";

  test.each([
    ["tags", { kind: "tags" }],
    ["package.json", { kind: "file", path: "package.json" }],
    ["api/pyproject.toml", { kind: "file", path: "api/pyproject.toml" }],
    ["Cargo.toml", { kind: "file", path: "Cargo.toml" }],
    ["shop/__init__.py", { kind: "file", path: "shop/__init__.py" }],
    ["{path: web/package.json}", { kind: "file", path: "web/package.json" }],
    ["{path: VERSION, pattern: (.+)}", { kind: "file", path: "VERSION", pattern: "(.+)" }],
  ])("%s", (from, source) => {
    expect(good(`versions: {from: ${from}}\n${rest}`).services[0]?.versions.from).toEqual(source);
  });

  test.each([
    ["VERSION", `1:18 versions.from: found "VERSION", expected ${files}`],
    ["packge.json", `1:18 versions.from: found "packge.json", expected ${files} (package.json)`],
    ["tag", `1:18 versions.from: found "tag", expected ${files} (tags)`],
    ["{path: VERSION}", `1:25 versions.from.path: found "VERSION", expected ${files}`],
    [
      "../package.json",
      '1:18 versions.from: found "../package.json", expected a path from the repository\'s root, such as api/package.json',
    ],
    [
      "{path: VERSION, pattern: version}",
      '1:43 versions.from.pattern: found "version", expected one group in brackets, which holds the version',
    ],
    [
      "{path: VERSION, pattern: '(a)(?=b)'}",
      '1:43 versions.from.pattern: found "(a)(?=b)", expected a regular expression as RE2 reads it',
    ],
    ["{pattern: (.+)}", "1:12 versions.from.path: found nothing, expected the path of a file"],
    ["5", "1:18 versions.from: found 5, expected tags, the path of a file, or {path: …, pattern: …}"],
  ])("%s is a mistake", (from, expected) => {
    expect(mistakesIn(`versions: {from: ${from}}\n${rest}`).map(told)).toEqual([expected]);
  });

  test("what candidates are named, where they are written and where they go", () => {
    const text = `versions:
  scheme: dotted
  tag: "shop-{version}"
  files: [ukrdc/__init__.py, {path: VERSION, pattern: "(.+)"}]
  release_branch: release
  back_merge: main
${rest}`;
    expect(good(text).services[0]?.versions).toEqual({
      from: { kind: "tags" },
      scheme: "dotted",
      tag: "shop-{version}",
      files: [
        { kind: "file", path: "ukrdc/__init__.py" },
        { kind: "file", path: "VERSION", pattern: "(.+)" },
      ],
      releaseBranch: "release",
      backMerge: "main",
    });
  });

  test.each([
    [
      '{tag: "v1"}',
      '1:17 versions.tag: found "v1", expected the name of a tag with {version} in it once, such as v{version}',
    ],
    [
      '{tag: "v {version}"}',
      '1:17 versions.tag: found "v {version}", expected a name that git allows for a tag, such as v{version}',
    ],
    [
      "{files: [VERSION]}",
      `1:20 versions.files[0]: found "VERSION", expected package.json, pyproject.toml, Cargo.toml, a Python file, or {path: …, pattern: …} for any other`,
    ],
    ["{files: [a.py, {path: a.py}]}", '1:26 versions.files[1]: found "a.py", expected each file once'],
    [
      '{files: [{path: V, pattern: "x"}]}',
      '1:39 versions.files[0].pattern: found "x", expected one group in brackets, which holds the version',
    ],
    [
      "{files: package.json}",
      '1:19 versions.files: found "package.json", expected a list of files in which the version is written',
    ],
    [
      "{back_merge: main}",
      "1:12 versions.back_merge: found back_merge, expected back_merge only beside release_branch",
    ],
    [
      "{release_branch: main, back_merge: main}",
      '1:46 versions.back_merge: found "main", expected another branch than release_branch',
    ],
    ["{release_branch: a b}", '1:28 versions.release_branch: found "a b", expected the name of a branch'],
  ])("versions: %s", (versions, expected) => {
    expect(mistakesIn(`versions: ${versions}\n${rest}`).map(told)).toEqual([expected]);
  });

  test.each(["", "versions: {from: tags}\n"])(
    "tags hold no version that a pull request could raise (%j)",
    (versions) => {
      for (const level of ["required", "suggested"]) {
        const [mistake] = mistakesIn(`${versions}pull_requests: {version_bump: ${level}}\n${rest}`);
        expect(mistake).toMatchObject({
          path: "pull_requests.version_bump",
          found: level,
          expected: "off, or a file in versions.from: tags hold no version that a pull request could raise",
        });
      }
      expect(mistakesIn(`${versions}pull_requests: {version_bump: off}\n${rest}`)).toEqual([]);
    },
  );
});

describe("a file that extends another", () => {
  const base = { name: "acme/.github:.github/signalbox.yml", text: "groups:\n  sre: [alice]\n\nservce: x\n" };
  const own = { name: file, text: "_extends: .github\nenvironments:\n  staging:\n    deploy: 3\n" };

  test("each mistake is in the file that has it", () => {
    const merged = { groups: { sre: ["alice"] }, servce: "x", environments: { staging: { deploy: 3 } } };
    const reading = readPipelineFile({ sources: [own, base], merged, repository: "acme/shop" });
    expect(reading.kind === "mistakes" ? reading.mistakes.map((one) => `${one.file}:${told(one)}`) : []).toEqual([
      `${file}:4:13 environments.staging.deploy: found 3, expected a command, or a list of stages such as \`- build: make build\``,
      `${base.name}:4:1 servce: found servce, expected one of _extends, service, channel, pull_requests, versions, people, groups, environments, demos, services (service)`,
    ]);
  });

  test("the merged data decide", () => {
    const merged = { groups: { sre: ["alice"] }, environments: { staging: { deploy: "make deploy", who: ["sre"] } } };
    const reading = readPipelineFile({
      sources: [{ ...own, text: "_extends: .github\n" }, base],
      merged,
      repository: "a/b",
    });
    expect(reading).toMatchObject({ kind: "good", pipeline: { groups: { sre: ["alice"] } } });
  });

  test("YAML that cannot be read is told of whichever file it is in", () => {
    const reading = readPipelineFile({ sources: [own, { ...base, text: "a: [" }], repository: "acme/shop" });
    expect(reading).toMatchObject({ kind: "mistakes", mistakes: [{ file: base.name, path: "(file)" }] });
  });

  test("what could not be followed is the one mistake: half a policy is never put in force", () => {
    const good = { name: file, text: "service: shop\n_extends: acme/gone\nenvironments: {staging: {deploy: make}}\n" };
    const unfollowed = "acme/gone:.github/signalbox.yml";
    expect(readPipelineFile({ sources: [good], unfollowed, repository: "acme/shop" })).toEqual({
      kind: "mistakes",
      mistakes: [
        {
          file,
          line: 2,
          column: 11,
          path: "_extends",
          found: unfollowed,
          expected: "a repository that the bot may read and that has a .github/signalbox.yml",
        },
      ],
    });
  });

  test("a base that itself extends what is not there is told at that base, and what is missing is not guessed", () => {
    const middle = { name: base.name, text: "_extends: gone\n" };
    const sources = [{ ...own, text: "_extends: .github\n" }, middle];
    const reading = readPipelineFile({ sources, unfollowed: "acme/gone:.github/signalbox.yml", repository: "a/b" });
    expect(reading).toMatchObject({ kind: "mistakes", mistakes: [{ file: base.name, line: 1, path: "_extends" }] });
  });

  test("two texts without merged data are never read as the first alone", () => {
    const good = { ...own, text: "_extends: .github\nenvironments: {staging: {deploy: make}}\n" };
    const other = { ...base, text: "groups: {}\n" };
    const reading = readPipelineFile({ sources: [good, other], repository: "a/b" });
    expect(reading).toMatchObject({ kind: "mistakes", mistakes: [{ path: "_extends", found: base.name }] });
    const twice = { ...base, text: "groups: {}\ngroups: {}\n" };
    const doubled = readPipelineFile({ sources: [good, twice], repository: "a/b" });
    expect(doubled).toMatchObject({ kind: "mistakes", mistakes: [{ file: base.name, expected: "each key once" }] });
  });
});

describe("durations", () => {
  test.each([
    ["90s", 90_000],
    ["30m", 1_800_000],
    ["2h", 7_200_000],
    ["14d", 1_209_600_000],
    ["1h30m", 5_400_000],
    ["1d2h3m4s", 93_784_000],
    ["0h5m", 300_000],
    ["", undefined],
    ["0s", undefined],
    ["30", undefined],
    ["m", undefined],
    ["1.5h", undefined],
    ["-1h", undefined],
    ["30m1h", undefined],
    ["1h 30m", undefined],
    ["1H", undefined],
    ["30 m", undefined],
    ["99999999999d", undefined],
  ])("%j", (text, expected) => {
    expect(readDuration(text)).toBe(expected);
  });
});

describe("hashes", () => {
  const text = environment("    env: {A: a, B: b}\n    who: [sre]\n");
  const hash = (yaml: string) => {
    const reading = read(yaml);
    return reading.kind === "good" ? reading.hash : reading.kind;
  };

  test("the same meaning has the same hash, however it is laid out", () => {
    const other = "environments: {staging: {who: [sre], env: {B: b, A: a}, auto: true, deploy: make deploy}} # same\n";
    expect(hash(text)).toMatch(/^[0-9a-f]{64}$/);
    expect(hash(other)).toBe(hash(text));
    expect(hash(text.replace("A: a", "A: c"))).not.toBe(hash(text));
  });

  test("an approval is bound to the environment's policy and to the groups that it names", () => {
    const groups = { sre: ["alice"], other: ["bob"] };
    const [policy] = first(good(text));
    if (policy === undefined) throw new Error("there is an environment");
    const before = policyHash(policy, groups);
    expect(policyHash(policy, { ...groups, other: ["bob", "mallory"] })).toBe(before);
    expect(policyHash(policy, { ...groups, sre: ["alice", "mallory"] })).not.toBe(before);
    expect(policyHash({ ...policy, timeout: 1 }, groups)).not.toBe(before);
  });

  test("the order of keys does not count, the order of lists does, and nothing undefined is seen", () => {
    expect(canonicalJson({ b: 1, a: [2, { d: undefined, c: null }] })).toBe('{"a":[2,{"c":null}],"b":1}');
    expect(canonicalHash([1, 2])).not.toBe(canonicalHash([2, 1]));
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(canonicalHash(JSON.parse(JSON.stringify(value)))).toBe(canonicalHash(value));
      }),
    );
  });
});

test("any text at all gets an answer, and a mistake always has a place", () => {
  const pieces = [
    "environments:",
    "  staging:",
    "    deploy: x",
    "\n",
    "- ",
    "{",
    "}",
    "[",
    "&a ",
    "*a",
    "<<: ",
    '"',
    "#",
    ": ",
    "!!x ",
    "|",
    "---\n",
  ];
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: anyCharacter, maxLength: 4 })), {
        maxLength: 25,
      }),
      (parts) => {
        const reading = read(parts.join(""));
        if (reading.kind !== "mistakes") return expect(reading.kind).toBe("good");
        expect(reading.mistakes.length).toBeGreaterThan(0);
        for (const { line, column, found, expected } of reading.mistakes) {
          expect(line).toBeGreaterThan(0);
          expect(column).toBeGreaterThan(0);
          expect(found).not.toBe("");
          expect(expected).not.toBe("");
        }
      },
    ),
    { numRuns: 500 },
  );
});
