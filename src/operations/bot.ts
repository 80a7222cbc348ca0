/** What every operation is given: built once in `start/parts.ts`, overridden part by part in tests. */
import type { Kysely } from "kysely";
import type { Logger } from "pino";
import type { Context } from "../context.ts";
import type { Deployers } from "../deployers/contract.ts";
import type { Wake } from "../jobs/wake.ts";
import type { Status } from "../policy/model.ts";
import type { Database } from "../store/schema.ts";
import type { GitHubPort, SlackPort } from "./ports.ts";
import type { SignIn } from "./sign-in.ts";
import type { VersionWrites } from "./version-writes.ts";

/** What `operator.yml` decides for every repository. */
export type OperatorRules = {
  commandsAllowed(repository: string): boolean;
  /** Whether stages of the one repository may write versions into the other. */
  pinAllowed(repository: string, into: string): boolean;
  /** The values of those of `names` that are granted to the repository; `refused` names the others. */
  secrets(
    repository: string,
    names: readonly string[],
  ): { readonly values: Readonly<Record<string, string>>; readonly refused: readonly string[] };
  /** Private hosts that http deployers may call. */
  readonly outbound: readonly string[];
};

export type Bot = {
  readonly context: Context;
  readonly log: Logger;
  readonly db: Kysely<Database>;
  readonly wake: Wake;
  readonly github: GitHubPort;
  readonly versions: VersionWrites;
  readonly slack: SlackPort;
  /** Undefined where the operator has not set up that people link their GitHub logins themselves. */
  readonly signIn: SignIn | undefined;
  readonly deployers: Deployers;
  readonly operator: OperatorRules;
  /** GitHub's web address without a slash at the end, for links. */
  readonly githubUrl: string;
  /** Resolves when the services are known: a bot on an empty database has yet to ask GitHub for them. */
  readonly servicesKnown: () => Promise<void>;
  /** Told of every deployment that came into a status, for the metrics. */
  readonly count: (status: Status) => void;
};
