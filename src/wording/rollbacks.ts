/** Rollbacks that nobody asked for, why there was none, and what is confirmed of migrations → sentences. */
import type { RollbackNote, RollbackReply } from "../operations/failure-said.ts";
import type { MigrationFacts } from "../policy/model.ts";
import type { LeftBecause } from "../policy/on-failure.ts";
import { listInWords, shortSha } from "./phrases.ts";

/** “2 migrations”, “at least 5 migrations”, or what there is to say when nobody can tell. */
export function migrationsInWords(migrations: MigrationFacts): string {
  if (migrations === "unknown") return "changes of which it is not known whether migrations are among them";
  const count = `${migrations.files} ${migrations.files === 1 ? "migration" : "migrations"}`;
  return migrations.atLeast ? `at least ${count}` : count;
}

function whyLeft(why: LeftBecause): string {
  switch (why.code) {
    case "changed-nothing":
      return "it ended before anything in the environment was changed";
    case "cannot-tell":
      return "it is not known whether it works, and a person has to look";
    case "was-rollback":
      return "it was a rollback itself";
    case "nothing-before":
      return "nothing that was live and healthy before is left to go back to";
    case "moved-on":
      return "the environment has been changed or settled since";
    case "asked-already":
      return `rollback ${why.rollback} was asked for already`;
    case "too-often":
      return `that was done ${why.times} times in this environment in the last 24 hours already`;
    case "not-wanted":
      return "the pipeline file does not say so any more";
  }
}

export function wordRollbackNote(note: RollbackNote): string {
  switch (note.code) {
    case "rolled-back-by-itself": {
      const target = `rollback ${note.rollback} to ${shortSha(note.to)}`;
      return note.asksPerson === true
        ? `Deployment ${note.deployment} failed. I asked for ${target}, but migrations lie in between, so a person has to confirm it.`
        : `Deployment ${note.deployment} failed, so I asked for ${target}, as \`on_failure: rollback\` says.`;
    }
    case "not-rolled-back":
      return `Deployment ${note.deployment} is not rolled back by itself: ${whyLeft(note.why)}.`;
    case "revert-asked":
      return `${note.by} asked for ${revertsOf(note.pullRequests)}. Merging is up to people, as ever.`;
    case "migrations-confirmed":
      return `${note.by} confirmed to roll back although migrations lie in between. They are not undone.`;
  }
}

export function wordRollbackReply(reply: RollbackReply): string {
  const { deployment } = reply;
  switch (reply.code) {
    case "migrations-confirmed":
      return `Thank you. Rollback ${deployment} goes on; the migrations in between are not undone.`;
    case "revert-asked":
      return `I open ${revertsOf(reply.pullRequests)} on GitHub. Where that cannot be done without conflicts, GitHub makes none.`;
    case "nothing-to-revert":
      return reply.found === 0
        ? `Rollback ${deployment} takes back nothing that a pull request brought.`
        : `Rollback ${deployment} takes back ${reply.found} pull requests. Revert those on GitHub that are at fault.`;
  }
}

/** “a pull request that reverts #12” */
function revertsOf(pullRequests: readonly number[]): string {
  const named = listInWords(pullRequests.map((number) => `#${number}`));
  return pullRequests.length === 1 ? `a pull request that reverts ${named}` : `pull requests that revert ${named}`;
}
