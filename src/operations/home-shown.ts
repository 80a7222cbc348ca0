/** One person's App Home as data: everything that its view is rendered from. */
import type { Instant, Revision } from "../policy/model.ts";
import type { DemoShown } from "./demo-said.ts";
import type { ReplyContent } from "./said.ts";
import type { EnvironmentStanding } from "./standing.ts";

export type HomeApproval = {
  readonly deployment: number;
  /** The ask that is answered: what it asks for cannot change under the button. */
  readonly ask: number;
  readonly service: string;
  readonly environment: string;
  readonly production: boolean;
  readonly revision: Revision;
  readonly ref?: string;
  readonly requestedBy: string;
  readonly requestedAt: Instant;
  readonly expiresAt?: Instant;
  /** Where its message stands. */
  readonly channel?: string;
};

export type HomeLock = {
  readonly environment: number;
  readonly service: string;
  readonly name: string;
  readonly reason: string;
  readonly since: Instant;
  readonly until?: Instant;
};

export type HomeView = {
  /** The logins that the person goes by; more than one only where pipeline files name them differently. */
  readonly logins: readonly string[];
  /** The login that the person has proved; the others are what pipeline files say. */
  readonly linked?: string;
  /** The answer to the last click. */
  readonly said?: { readonly content: ReplyContent; readonly at: Instant };
  readonly approvals: readonly HomeApproval[];
  readonly locks: readonly HomeLock[];
  /** Whether the person is told when a change of theirs is live in production. */
  readonly liveNews: boolean;
  readonly services: readonly {
    readonly service: string;
    readonly repository: string;
    readonly environments: readonly EnvironmentStanding[];
    readonly demos?: readonly DemoShown[];
  }[];
  /** Now, epoch ms: what ages are told from. */
  readonly at: Instant;
};

export type LoadHomeView = (home: number) => Promise<HomeView | undefined>;
