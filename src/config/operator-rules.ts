/**
 * What the operator allows, answered for one repository at a time. Names are compared as GitHub compares them, without
 * regard to case. It must never give a value to a repository that is not named for it.
 */
import type { OperatorRules } from "../operations/bot.ts";
import type { OperatorFile } from "./operator-file.ts";

/** `acme/*` fits every repository of acme and no other owner's; a `*` never reaches over a slash. */
function fits(pattern: string, repository: string): boolean {
  const parts = pattern.toLowerCase().split("*");
  const source = parts.map((part) => part.replace(/[.\\+?^${}()|[\]]/gu, "\\$&")).join("[^/]*");
  return new RegExp(`^${source}$`, "u").test(repository.toLowerCase());
}

function anyFits(patterns: readonly string[], repository: string): boolean {
  return patterns.some((pattern) => fits(pattern, repository));
}

/** `secretIn` gives the value of one of the bot's environment variables; it was checked to be there before. */
export function operatorRules(file: OperatorFile, secretIn: (env: string) => string | undefined): OperatorRules {
  const secrets = new Map(
    Object.entries(file.secrets).map(
      ([name, grant]) => [name, { value: secretIn(grant.env), for: grant.for }] as const,
    ),
  );
  return {
    commandsAllowed: (repository) => anyFits(file.commands, repository),
    pinAllowed: (repository, into) =>
      Object.entries(file.pins).some(([target, from]) => fits(target, into) && anyFits(from, repository)),
    secrets(repository, names) {
      const values: Record<string, string> = {};
      const refused: string[] = [];
      for (const name of names) {
        const grant = secrets.get(name);
        if (grant?.value === undefined || !anyFits(grant.for, repository)) refused.push(name);
        else values[name] = grant.value;
      }
      return { values, refused };
    },
    outbound: file.outbound.map((host) => host.toLowerCase()),
  };
}
