import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Command, type CommandProblem, commandNames } from "../../src/commands/command.ts";
import { helpOn } from "../../src/commands/help.ts";
import { helpTopics } from "../../src/commands/help-topics.ts";
import { parseCommand } from "../../src/commands/parse.ts";
import { deployVerbs } from "../../src/policy/verbs.ts";
import { anyCharacter } from "../harness/any-character.ts";

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
  ["/deploy", { kind: "menu" }],
  ["/deploy of shop-api", { kind: "menu", service: "shop-api" }],
  ["/deploy to staging", { kind: "deploy", environment: "staging" }],
  ["/deploy v1.4 to staging", { kind: "deploy", environment: "staging", revision: "v1.4" }],
  ["/deploy feature/of-to TO staging", { kind: "deploy", environment: "staging", revision: "feature/of-to" }],
  ["/deploy to staging v1.4", { kind: "deploy", environment: "staging", revision: "v1.4" }],
  ["/deploy of shop-api to staging", { kind: "deploy", environment: "staging", service: "shop-api" }],
  [
    "/deploy v1.4 of shop-api to staging",
    { kind: "deploy", environment: "staging", revision: "v1.4", service: "shop-api" },
  ],
  [
    "/deploy staging of shop-api v1.4",
    { kind: "deploy", environment: "staging", revision: "v1.4", service: "shop-api" },
  ],
  ['/deploy "to" v1', { kind: "deploy", environment: "to", revision: "v1" }],
  ['/deploy staging "of"', { kind: "deploy", environment: "staging", revision: "of" }],
  [
    "/deploy production a1b2c3d hotfix checkout fails",
    { kind: "deploy", environment: "production", revision: "a1b2c3d", hotfix: "checkout fails" },
  ],
  [
    '/deploy a1b2c3d to production of shop Hotfix "end of sale"',
    { kind: "deploy", environment: "production", revision: "a1b2c3d", hotfix: "end of sale", service: "shop" },
  ],
  [
    "/deploy production a1b2c3d hotfix checkout fails of shop",
    { kind: "deploy", environment: "production", revision: "a1b2c3d", hotfix: "checkout fails", service: "shop" },
  ],
  [
    '/deploy production "hotfix" hotfix a hotfix of "the day"',
    { kind: "deploy", environment: "production", revision: "hotfix", hotfix: "a hotfix", service: "the day" },
  ],
  // Where no reason can stand, the word is a name like any other.
  ["/deploy hotfix", { kind: "deploy", environment: "hotfix" }],
  ["/deploy main to hotfix", { kind: "deploy", environment: "hotfix", revision: "main" }],
  ["/deploy staging of hotfix", { kind: "deploy", environment: "staging", service: "hotfix" }],
  ["/deploy prod", { kind: "deploy", environment: "prod" }],
  ["/deploy moon", { kind: "deploy", environment: "moon" }],
  ['/deploy "status"', { kind: "deploy", environment: "status" }],
  ["/deploy “stattus” main", { kind: "deploy", environment: "stattus", revision: "main" }],
  ["/deploy production $(reboot)", { kind: "deploy", environment: "production", revision: "$(reboot)" }],
  ["/deploy status", { kind: "status" }],
  ["/deploy STATUS of shop-api", { kind: "status", service: "shop-api" }],
  ["/deploy queue", { kind: "queue" }],
  ["/deploy queue of shop-api", { kind: "queue", service: "shop-api" }],
  ["/deploy history", { kind: "history" }],
  ["/deploy history production of shop", { kind: "history", environment: "production", service: "shop" }],
  ["/deploy diff production", { kind: "diff", environment: "production" }],
  ["/deploy diff of shop production", { kind: "diff", environment: "production", service: "shop" }],
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
  ["/deploy unlock of shop production", { kind: "unlock", environment: "production", service: "shop" }],
  [
    "/deploy freeze production until 18:00 stocktaking",
    { kind: "freeze", environment: "production", until: at("2026-11-21T18:00Z"), reason: "stocktaking" },
  ],
  [
    "/deploy freeze ALL of shop until 2h the move of data",
    { kind: "freeze", environment: "all", until: now + 2 * 3_600_000, reason: "the move of data", service: "shop" },
  ],
  ["/deploy thaw production", { kind: "thaw", environment: "production" }],
  ["/deploy thaw All", { kind: "thaw", environment: "all" }],
  ["/deploy retry 42", { kind: "retry", deployment: 42 }],
  ["/deploy retry #42 migrate of shop", { kind: "retry", deployment: 42, stage: "migrate" }],
  ["/deploy demo", { kind: "demo" }],
  ["/deploy demo list of shop", { kind: "demo", step: "list", service: "shop" }],
  ["/deploy demo destroy new-basket", { kind: "demo", step: "destroy", name: "new-basket" }],
  ["/deploy link", { kind: "link" }],
  ["/deploy Unlink", { kind: "unlink" }],
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
  ["/rc help", { kind: "help", topic: "rc" }],
  ["/deploy help hotfix", { kind: "help", topic: "hotfix" }],
  ["/rc", { kind: "rc" }],
  ["/rc of shop", { kind: "rc", service: "shop" }],
  ["/rc cut", { kind: "rc", step: "cut" }],
  ["/rc cut Minor of shop", { kind: "rc", step: "cut", raise: "minor", service: "shop" }],
  ["/rc cut v1.4.0", { kind: "rc", step: "cut", version: "v1.4.0" }],
  ["/rc cut 2026.11.0", { kind: "rc", step: "cut", version: "2026.11.0" }],
  ["/rc next", { kind: "rc", step: "next" }],
  ["/rc FINISH of shop", { kind: "rc", step: "finish", service: "shop" }],
  ["/promote help", { kind: "help", topic: "promote" }],
  ["/rollback help", { kind: "help", topic: "rollback" }],
  ["/promote production", { kind: "promote", environment: "production" }],
  ["/promote production of shop-api", { kind: "promote", environment: "production", service: "shop-api" }],
  ["/promote to production", { kind: "promote", environment: "production" }],
  ["/promote of shop-api to production", { kind: "promote", environment: "production", service: "shop-api" }],
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
  [
    "/rollback production of shop-api to v1.3",
    { kind: "rollback", environment: "production", to: "v1.3", service: "shop-api" },
  ],
  ["/rollback to v1.3 production", { kind: "rollback", environment: "production", to: "v1.3" }],
  [
    "/rollback of shop production the end of sale",
    { kind: "rollback", environment: "production", reason: "the end of sale", service: "shop" },
  ],
  ["/rollback production so many errors", { kind: "rollback", environment: "production", reason: "so many errors" }],
  ['/rollback production "v1.4 is bad"', { kind: "rollback", environment: "production", reason: "v1.4 is bad" }],
  ['/rollback production "to be safe"', { kind: "rollback", environment: "production", reason: "to be safe" }],
];

const deploy = helpOn("deploy").usage;
const lock = helpOn("lock").usage;

const hotfix = helpOn("hotfix").usage;
const freeze = helpOn("freeze").usage;
const rollback = helpOn("rollback").usage;
const rc = helpOn("rc").usage;
const demo = helpOn("demo").usage;
const steps = ["cut", "next", "finish"];
const parts = ["major", "minor", "patch"];

const refused: readonly (readonly [string, CommandProblem])[] = [
  ["/deploy of", { code: "unexpected", word: "of", usage: deploy }],
  ["/deploy v1.4 to", { code: "missing", what: "environment", usage: deploy }],
  ["/deploy to", { code: "missing", what: "environment", usage: deploy }],
  ["/deploy shop v1.4 to staging", { code: "unexpected", word: "v1.4", usage: deploy }],
  ["/deploy v1.4 to staging now", { code: "unexpected", word: "now", usage: deploy }],
  ["/deploy v1.4 ot staging", { code: "unknown-word", word: "ot", nearest: "to", choices: ["to"] }],
  [
    "/deploy staging main hotfx it burns",
    { code: "unknown-word", word: "hotfx", nearest: "hotfix", choices: ["hotfix", "of", "to"] },
  ],
  [
    "/deploy staging main off shop",
    { code: "unknown-word", word: "off", nearest: "of", choices: ["hotfix", "of", "to"] },
  ],
  ["/deploy staging of shop of web", { code: "unexpected", word: "of", usage: deploy }],
  ["/deploy production hotfix it burns", { code: "missing", what: "revision", usage: hotfix }],
  ["/deploy production v1.4 hotfix", { code: "missing", what: "reason", usage: hotfix }],
  ["/deploy production v1.4 hotfix of shop", { code: "missing", what: "reason", usage: hotfix }],
  ["/deploy staging main now", { code: "unexpected", word: "now", usage: deploy }],
  ["/deploy staging of", { code: "unexpected", word: "of", usage: deploy }],
  ["/deploy stauts", { code: "unknown-word", word: "stauts", nearest: "status", choices: deployVerbs }],
  ["/deploy Lokc production", { code: "unknown-word", word: "Lokc", nearest: "lock", choices: deployVerbs }],
  ["/deploy histroy", { code: "unknown-word", word: "histroy", nearest: "history", choices: deployVerbs }],
  ["/deploy freez all", { code: "unknown-word", word: "freez", nearest: "freeze", choices: deployVerbs }],
  ["/deploy un-link", { code: "unknown-word", word: "un-link", nearest: "unlink", choices: deployVerbs }],
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
  ["/deploy lock production untill 18:00 x", unknown("untill", "until")],
  ["/deploy lock production till 18:00 x", { code: "unknown-word", word: "till", choices: ["until"] }],
  ["/deploy lock production for 2h load test", { code: "unknown-word", word: "for", choices: ["until"] }],
  ["/deploy freeze", { code: "missing", what: "environment", usage: freeze }],
  ["/deploy freeze all", { code: "missing", what: "time", usage: freeze }],
  ["/deploy freeze all stocktaking", { code: "missing", what: "time", usage: freeze }],
  ["/deploy freeze all until 2h", { code: "missing", what: "reason", usage: freeze }],
  ["/deploy freeze all until soon x", { code: "bad-time", found: "soon", usage: freeze }],
  ["/deploy freeze all unitl 2h x", unknown("unitl", "until")],
  ["/deploy thaw", { code: "missing", what: "environment", usage: helpOn("thaw").usage }],
  ["/deploy thaw all now", { code: "unexpected", word: "now", usage: helpOn("thaw").usage }],
  ["/deploy diff", { code: "missing", what: "environment", usage: helpOn("diff").usage }],
  ["/deploy diff staging production", { code: "unexpected", word: "production", usage: helpOn("diff").usage }],
  ["/deploy history a b", { code: "unexpected", word: "b", usage: helpOn("history").usage }],
  ["/deploy queue production", { code: "unexpected", word: "production", usage: helpOn("queue").usage }],
  ["/deploy retry", { code: "missing", what: "deployment", usage: helpOn("retry").usage }],
  ["/deploy retry production", { code: "bad-number", found: "production", usage: helpOn("retry").usage }],
  ["/deploy retry 42 test build", { code: "unexpected", word: "build", usage: helpOn("retry").usage }],
  [
    "/deploy demo destory x",
    { code: "unknown-word", word: "destory", nearest: "destroy", choices: ["list", "destroy"] },
  ],
  ["/deploy demo destroy", { code: "missing", what: "demo", usage: demo }],
  ["/deploy demo list all", { code: "unexpected", word: "all", usage: demo }],
  ["/deploy demo destroy a b", { code: "unexpected", word: "b", usage: demo }],
  ["/deploy link alice", { code: "unexpected", word: "alice", usage: helpOn("link").usage }],
  ["/rc ctu", { code: "unknown-word", word: "ctu", nearest: "cut", choices: steps }],
  ["/rc production", { code: "unknown-word", word: "production", choices: steps }],
  ["/rc cut minr", { code: "unknown-word", word: "minr", nearest: "minor", choices: parts }],
  ["/rc cut minor 1.4.0", { code: "unexpected", word: "1.4.0", usage: rc }],
  ["/rc next 1.4.0", { code: "unexpected", word: "1.4.0", usage: rc }],
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
  ["/promote staging to production", { code: "unexpected", word: "to", usage: helpOn("promote").usage }],
  ["/rollback", { code: "missing", what: "environment", usage: rollback }],
  ["/rollback to v1.3", { code: "missing", what: "environment", usage: rollback }],
  ["/rollback production to", { code: "missing", what: "revision", usage: rollback }],
  // Each of these would otherwise go back to what was live before, with the version for its reason.
  ["/rollback production v1.3.2", { code: "unexpected", word: "v1.3.2", usage: rollback }],
  ["/rollback production 1.3.2 checkout fails", { code: "unexpected", word: "1.3.2", usage: rollback }],
  ["/rollback production a1b2c3d", { code: "unexpected", word: "a1b2c3d", usage: rollback }],
  ["/rollback production too v1.3.2", { code: "unknown-word", word: "too", nearest: "to", choices: ["to"] }],
];

function unknown(word: string, meant: string): CommandProblem {
  return { code: "unknown-word", word, nearest: meant, choices: [meant] };
}

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

test.each(["development", "staging", "production", "prod", "dev", "test", "qa", "uat", "live", "preview"])(
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

/** Each letter left out, doubled, exchanged, or swapped with the next. */
function slipsOf(word: string): readonly string[] {
  const slips = [...word].flatMap((letter, at) => [
    word.slice(0, at) + word.slice(at + 1),
    word.slice(0, at) + letter + word.slice(at),
    `${word.slice(0, at)}x${word.slice(at + 1)}`,
    word.slice(0, at) + (word[at + 1] ?? "") + letter + word.slice(at + 2),
  ]);
  return [...new Set(slips)].filter((slip) => slip !== word && slip.length > 1);
}

test.each(deployVerbs)("no slip in %s deploys anything", (verb) => {
  for (const slip of slipsOf(verb)) {
    for (const rest of ["", " production", " 42", " production main"]) {
      expect(read(`/deploy ${slip}${rest}`), slip).toMatchObject({ kind: "problem" });
    }
  }
});

test("no slip in a word between, or in a step, is read as another command", () => {
  const lines = [
    ...slipsOf("until").map((slip) => `/deploy lock production ${slip} 18:00 load test`),
    ...slipsOf("until").map((slip) => `/deploy freeze all ${slip} 18:00 load test`),
    ...slipsOf("to").map((slip) => `/rollback production ${slip} v1.3.2`),
    ...slipsOf("to").map((slip) => `/deploy v1.4 ${slip} staging`),
    ...slipsOf("of").map((slip) => `/deploy staging ${slip} shop now`),
    ...slipsOf("hotfix").map((slip) => `/deploy production a1b2c3d ${slip} it burns`),
    ...["cut", "next", "finish"].flatMap((step) => slipsOf(step).map((slip) => `/rc ${slip}`)),
    ...["major", "minor", "patch"].flatMap((part) => slipsOf(part).map((slip) => `/rc cut ${slip}`)),
    ...["list", "destroy"].flatMap((step) => slipsOf(step).map((slip) => `/deploy demo ${slip} x`)),
  ];
  for (const line of lines) expect(read(line), line).toMatchObject({ kind: "problem" });
});

const piece = fc.oneof(
  fc.constantFrom(
    ...deployVerbs,
    "of",
    "to",
    "until",
    "hotfix",
    "all",
    "cut",
    "18:00",
    "2h",
    '"',
    "“",
    "’",
    "production",
    "#12",
    "  ",
  ),
  fc.string(),
  fc.string({ unit: anyCharacter }),
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
