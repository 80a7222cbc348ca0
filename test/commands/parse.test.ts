import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Command, type CommandProblem, commandNames } from "../../src/commands/command.ts";
import { helpOn, helpTopics } from "../../src/commands/help.ts";
import { deployVerbs, parseCommand } from "../../src/commands/parse.ts";

const now = Date.UTC(2026, 10, 21, 14, 30);
const at = (text: string) => Date.parse(text);

/** A line as it is typed: the command's name, then the rest. */
function read(line: string) {
  const name = commandNames.find((known) => line === known || line.startsWith(`${known} `));
  if (name === undefined) throw new Error(`not a command: ${line}`);
  return parseCommand(name, line.slice(name.length), now);
}

const understood: readonly (readonly [string, Command])[] = [
  ["/deploy staging", { kind: "deploy", environment: "staging" }],
  ["/deploy   staging   v1.4.0  ", { kind: "deploy", environment: "staging", revision: "v1.4.0" }],
  ["/deploy staging feature/basket", { kind: "deploy", environment: "staging", revision: "feature/basket" }],
  ["/deploy staging of shop-api", { kind: "deploy", environment: "staging", service: "shop-api" }],
  ["/deploy staging OF shop-api", { kind: "deploy", environment: "staging", service: "shop-api" }],
  [
    "/deploy production a1b2c3d of shop-api",
    { kind: "deploy", environment: "production", revision: "a1b2c3d", service: "shop-api" },
  ],
  // A non-breaking blank and a zero-width one come along from web pages.
  ["/deploy\u00a0staging".replace("\u00a0", " \u00a0"), { kind: "deploy", environment: "staging" }],
  ["/deploy sta\u200bging\t main", { kind: "deploy", environment: "staging", revision: "main" }],
  ["/deploy prod", { kind: "deploy", environment: "prod" }],
  ["/deploy moon", { kind: "deploy", environment: "moon" }],
  ['/deploy "status"', { kind: "deploy", environment: "status" }],
  ["/deploy “stattus” main", { kind: "deploy", environment: "stattus", revision: "main" }],
  ["/deploy production $(reboot)", { kind: "deploy", environment: "production", revision: "$(reboot)" }],
  ["/deploy status", { kind: "status" }],
  ["/deploy STATUS of shop-api", { kind: "status", service: "shop-api" }],
  ["/deploy where #123", { kind: "where", number: 123 }],
  ["/deploy where 123 of shop-api", { kind: "where", number: 123, service: "shop-api" }],
  ["/deploy where GH-123", { kind: "where", number: 123 }],
  ["/deploy Where acme/shop.js#7", { kind: "where", number: 7, repository: "acme/shop.js" }],
  ["/deploy where https://github.com/acme/shop/issues/7", { kind: "where", number: 7, repository: "acme/shop" }],
  [
    "/deploy where https://ghe.acme.test/git/acme/shop/pull/7/files?w=1#diff",
    { kind: "where", number: 7, repository: "acme/shop" },
  ],
  ["/deploy why production", { kind: "why", environment: "production" }],
  ["/deploy Why production of shop", { kind: "why", environment: "production", service: "shop" }],
  ["/deploy lock production database work", { kind: "lock", environment: "production", reason: "database work" }],
  [
    "/deploy lock production we don't trust “the new” queue",
    { kind: "lock", environment: "production", reason: "we don't trust “the new” queue" },
  ],
  ['/deploy lock production "load test"', { kind: "lock", environment: "production", reason: "load test" }],
  ["/deploy lock production “load test”", { kind: "lock", environment: "production", reason: "load test" }],
  ["/deploy lock production 'load test'", { kind: "lock", environment: "production", reason: "load test" }],
  ["/deploy lock production ‘it’s late’", { kind: "lock", environment: "production", reason: "it’s late" }],
  [
    '/deploy lock production "end of sale" of shop',
    { kind: "lock", environment: "production", reason: "end of sale", service: "shop" },
  ],
  ['/deploy lock production "end of sale"', { kind: "lock", environment: "production", reason: "end of sale" }],
  [
    "/deploy lock production until 18:00 load test",
    { kind: "lock", environment: "production", reason: "load test", until: at("2026-11-21T18:00Z") },
  ],
  [
    "/deploy lock production until 9:15 load test",
    { kind: "lock", environment: "production", reason: "load test", until: at("2026-11-22T09:15Z") },
  ],
  [
    "/deploy lock production UNTIL 18:00 UTC load test",
    { kind: "lock", environment: "production", reason: "load test", until: at("2026-11-21T18:00Z") },
  ],
  [
    "/deploy lock production until 2026-11-22 load test",
    { kind: "lock", environment: "production", reason: "load test", until: at("2026-11-22T00:00Z") },
  ],
  [
    "/deploy lock production until 2026-11-22 18:00 load test of shop",
    { kind: "lock", environment: "production", reason: "load test", until: at("2026-11-22T18:00Z"), service: "shop" },
  ],
  [
    "/deploy lock production until 2026-11-22T18:00Z load test",
    { kind: "lock", environment: "production", reason: "load test", until: at("2026-11-22T18:00Z") },
  ],
  [
    '/deploy lock production until "2026-11-22 18:00" load test',
    { kind: "lock", environment: "production", reason: "load test", until: at("2026-11-22T18:00Z") },
  ],
  [
    "/deploy lock production until 2h load test",
    { kind: "lock", environment: "production", reason: "load test", until: now + 2 * 3_600_000 },
  ],
  [
    "/deploy lock production until 30m load test",
    { kind: "lock", environment: "production", reason: "load test", until: now + 30 * 60_000 },
  ],
  [
    "/deploy lock production until 3d load test",
    { kind: "lock", environment: "production", reason: "load test", until: now + 72 * 3_600_000 },
  ],
  [
    "/deploy lock production until 1d12h load test",
    { kind: "lock", environment: "production", reason: "load test", until: now + 36 * 3_600_000 },
  ],
  [
    "/deploy lock production until tomorrow load test",
    { kind: "lock", environment: "production", reason: "load test", until: at("2026-11-22T00:00Z") },
  ],
  [
    "/deploy lock production until tomorrow 18:00 load test",
    { kind: "lock", environment: "production", reason: "load test", until: at("2026-11-22T18:00Z") },
  ],
  // `until` is a word of the grammar only right after the environment.
  [
    "/deploy lock production closed until the fair ends",
    { kind: "lock", environment: "production", reason: "closed until the fair ends" },
  ],
  ["/deploy unlock production", { kind: "unlock", environment: "production" }],
  ["/deploy cancel 42", { kind: "cancel", deployment: 42 }],
  ["/deploy cancel #42 of shop", { kind: "cancel", deployment: 42 }],
  [
    "/deploy resolve 42 Success the page shows it",
    { kind: "resolve", deployment: 42, outcome: "success", reason: "the page shows it" },
  ],
  [
    "/deploy resolve #7 failure end of disk",
    { kind: "resolve", deployment: 7, outcome: "failure", reason: "end of disk" },
  ],
  ["/deploy adopt production v1.3.2", { kind: "adopt", environment: "production", revision: "v1.3.2" }],
  [
    "/deploy allow a1b2c3d the balancer was at fault",
    { kind: "allow", revision: "a1b2c3d", reason: "the balancer was at fault" },
  ],
  ["/deploy help", { kind: "help" }],
  ["/deploy HELP Rollback", { kind: "help", topic: "rollback" }],
  ["/deploy help /promote", { kind: "help", topic: "promote" }],
  ["/promote help", { kind: "help", topic: "promote" }],
  ["/rollback help", { kind: "help", topic: "rollback" }],
  ["/promote production", { kind: "promote", environment: "production" }],
  ["/promote production of shop-api", { kind: "promote", environment: "production", service: "shop-api" }],
  ["/rollback production", { kind: "rollback", environment: "production" }],
  ["/rollback production to v1.3.2", { kind: "rollback", environment: "production", to: "v1.3.2" }],
  [
    "/rollback production checkout is broken",
    { kind: "rollback", environment: "production", reason: "checkout is broken" },
  ],
  [
    "/rollback production To v1.3.2 checkout is broken of shop",
    {
      kind: "rollback",
      environment: "production",
      to: "v1.3.2",
      reason: "checkout is broken",
      service: "shop",
    },
  ],
  ['/rollback production "to be safe"', { kind: "rollback", environment: "production", reason: "to be safe" }],
];

const deploy = helpOn("deploy").usage;
const lock = helpOn("lock").usage;

const refused: readonly (readonly [string, CommandProblem])[] = [
  ["/deploy", { code: "missing", what: "environment", usage: deploy }],
  ["/deploy of shop-api", { code: "missing", what: "environment", usage: deploy }],
  ["/deploy staging main now", { code: "unexpected", word: "now", usage: deploy }],
  ["/deploy staging of", { code: "unexpected", word: "of", usage: deploy }],
  ["/deploy stauts", { code: "unknown-word", word: "stauts", nearest: "status", choices: deployVerbs }],
  ["/deploy Lokc production", { code: "unknown-word", word: "Lokc", nearest: "lock", choices: deployVerbs }],
  ["/deploy hepl", { code: "unknown-word", word: "hepl", nearest: "help", choices: deployVerbs }],
  ["/deploy status production", { code: "unexpected", word: "production", usage: helpOn("status").usage }],
  ["/deploy where", { code: "missing", what: "issue", usage: helpOn("where").usage }],
  ["/deploy where #0", { code: "bad-issue", found: "#0", usage: helpOn("where").usage }],
  ["/deploy where shop#", { code: "bad-issue", found: "shop#", usage: helpOn("where").usage }],
  ["/deploy where shop#7", { code: "bad-issue", found: "shop#7", usage: helpOn("where").usage }],
  ["/deploy where basket", { code: "bad-issue", found: "basket", usage: helpOn("where").usage }],
  [
    "/deploy where https://github.com/acme/shop/commit/7",
    { code: "bad-issue", found: "https://github.com/acme/shop/commit/7", usage: helpOn("where").usage },
  ],
  ["/deploy where #7 #8", { code: "unexpected", word: "#8", usage: helpOn("where").usage }],
  ["/deploy why", { code: "missing", what: "environment", usage: helpOn("why").usage }],
  ["/deploy why production now", { code: "unexpected", word: "now", usage: helpOn("why").usage }],
  ["/deploy lock", { code: "missing", what: "environment", usage: lock }],
  ["/deploy lock production", { code: "missing", what: "reason", usage: lock }],
  ["/deploy lock production until 18:00", { code: "missing", what: "reason", usage: lock }],
  ["/deploy lock production until", { code: "bad-time", found: "", usage: lock }],
  ["/deploy lock production until teatime x", { code: "bad-time", found: "teatime", usage: lock }],
  ["/deploy lock production until 25:00 x", { code: "bad-time", found: "25:00", usage: lock }],
  ["/deploy lock production until 2026-02-30 x", { code: "bad-time", found: "2026-02-30", usage: lock }],
  ["/deploy lock production until 2026-11-22 24:00 x", { code: "bad-time", found: "2026-11-22", usage: lock }],
  ["/deploy lock production until 2020-01-01 x", { code: "bad-time", found: "2020-01-01", usage: lock }],
  ["/deploy lock production until 0m x", { code: "bad-time", found: "0m", usage: lock }],
  ["/deploy lock production until 99999d x", { code: "bad-time", found: "99999d", usage: lock }],
  ["/deploy lock production until today x", { code: "bad-time", found: "today", usage: lock }],
  ['/deploy lock production until "2h or so" x', { code: "bad-time", found: "2h or so", usage: lock }],
  ["/deploy unlock", { code: "missing", what: "environment", usage: helpOn("unlock").usage }],
  ["/deploy cancel", { code: "missing", what: "deployment", usage: helpOn("cancel").usage }],
  ["/deploy cancel production", { code: "bad-number", found: "production", usage: helpOn("cancel").usage }],
  ["/deploy cancel 0", { code: "bad-number", found: "0", usage: helpOn("cancel").usage }],
  ["/deploy cancel 1e3", { code: "bad-number", found: "1e3", usage: helpOn("cancel").usage }],
  [
    "/deploy cancel 99999999999999999999",
    { code: "bad-number", found: "99999999999999999999", usage: helpOn("cancel").usage },
  ],
  ["/deploy cancel 4 2", { code: "unexpected", word: "2", usage: helpOn("cancel").usage }],
  ["/deploy resolve", { code: "missing", what: "deployment", usage: helpOn("resolve").usage }],
  ["/deploy resolve 42", { code: "missing", what: "outcome", usage: helpOn("resolve").usage }],
  ["/deploy resolve 42 success", { code: "missing", what: "reason", usage: helpOn("resolve").usage }],
  [
    "/deploy resolve 42 sucess it runs",
    { code: "unknown-word", word: "sucess", nearest: "success", choices: ["success", "failure"] },
  ],
  ["/deploy adopt", { code: "missing", what: "environment", usage: helpOn("adopt").usage }],
  ["/deploy adopt production", { code: "missing", what: "revision", usage: helpOn("adopt").usage }],
  ["/deploy adopt production v1 v2", { code: "unexpected", word: "v2", usage: helpOn("adopt").usage }],
  ["/deploy allow", { code: "missing", what: "revision", usage: helpOn("allow").usage }],
  ["/deploy allow a1b2c3d", { code: "missing", what: "reason", usage: helpOn("allow").usage }],
  ["/deploy help rolback", { code: "unknown-word", word: "rolback", nearest: "rollback", choices: helpTopics }],
  ["/promote", { code: "missing", what: "environment", usage: helpOn("promote").usage }],
  ["/promote production v1", { code: "unexpected", word: "v1", usage: helpOn("promote").usage }],
  ["/rollback", { code: "missing", what: "environment", usage: helpOn("rollback").usage }],
  ["/rollback production to", { code: "missing", what: "revision", usage: helpOn("rollback").usage }],
];

describe("a command is read", () => {
  test.each(understood)("%s", (line, expected) => {
    expect(read(line)).toEqual({ kind: "command", command: expected });
  });
});

describe("a command that cannot be read says what was wrong and what would be right", () => {
  test.each(refused)("%s", (line, expected) => {
    expect(read(line)).toEqual({ kind: "problem", problem: expected });
  });
});

test.each(["development", "staging", "production", "prod", "dev", "test", "qa", "uat", "demo", "live", "preview"])(
  "the environment name %s is not taken for a mistyped verb",
  (name) => {
    expect(read(`/deploy ${name}`)).toEqual({ kind: "command", command: { kind: "deploy", environment: name } });
  },
);

test("every example in the help is a command", () => {
  for (const topic of helpTopics) {
    for (const example of helpOn(topic).examples) expect(read(example), example).toMatchObject({ kind: "command" });
  }
});

const piece = fc.oneof(
  fc.constantFrom(...deployVerbs, "of", "to", "until", "18:00", "2h", '"', "“", "’", "production", "#12", "  "),
  fc.string(),
  fc.string({ unit: "binary" }),
);

test("any text gets an answer, and never an environment or a reason that is empty", () => {
  fc.assert(
    fc.property(fc.constantFrom(...commandNames), fc.array(piece, { maxLength: 8 }), (name, pieces) => {
      const reading = parseCommand(name, pieces.join(" "), now);
      if (reading.kind === "problem") return;
      const { command } = reading;
      if ("environment" in command) expect(command.environment).not.toBe("");
      if ("reason" in command) expect(command.reason).not.toBe("");
      if ("until" in command && command.until !== undefined) expect(command.until).toBeGreaterThan(now);
      if ("deployment" in command) expect(command.deployment).toBeGreaterThan(0);
    }),
    { numRuns: 2000 },
  );
});
