/**
 * What carries a stage out. One test suite (`test/deployers/contract.ts`) runs against every deployer.
 *
 * A stage starts once: `start` is called at most once for a token unless `find` answered `impossible`. After a crash
 * between the call and its record, only `find` is asked.
 *
 * What is started at a far side is not ours: its answers are parsed, its names are cut to a line, and what it says of
 * another attempt is not believed.
 */
import type { RepositoryRef } from "../operations/ports.ts";
import type { RequestKind, Sha } from "../policy/model.ts";
import type { StageDefinition } from "../policy/pipeline.ts";

/** Everything a deployer may know about one attempt of one stage. */
export type Attempt = {
  /** Random, made when the attempt was claimed; also the idempotency key towards the far side. */
  readonly token: string;
  readonly deployment: number;
  /** The deployment in whose checkout it works: its own, or that which it tries again and some of whose stages it keeps. */
  readonly checkout: number;
  readonly stage: StageDefinition;
  readonly service: string;
  readonly environment: string;
  readonly production: boolean;
  /** What GitHub calls the environment, where that is another name than its own. */
  readonly environmentOnGitHub?: string;
  readonly kind: RequestKind;
  readonly repository: RepositoryRef;
  readonly sha: Sha;
  readonly ref: string | undefined;
  readonly version: string | undefined;
  readonly previousSha: Sha | undefined;
  readonly previousVersion: string | undefined;
  readonly requestedBy: string;
  /** The environment's `env`. */
  readonly env: Readonly<Record<string, string>>;
  /** Names of the environment's `secrets`; values are granted by the operator and looked up by the deployer. */
  readonly secrets: readonly string[];
  /** Epoch ms; what still runs then is stopped and observed as `error`. */
  readonly deadlineAt: number;
  /** Somebody has asked for its end; what only waits has then ended. For `find`, also when it is not called again. */
  readonly cancelAsked: boolean;
  /** For `start`: an earlier call under this token may have begun it all the same, though `find` answered `impossible`. */
  readonly calledBefore: boolean;
  /** What is tried again: the handle of the same stage, defined alike, of the deployment that this one is a retry of. */
  readonly former?: Handle;
};

/** What of a deployment that waits is known already: where it will work, and at which revision. */
export type Ahead = Pick<Attempt, "checkout" | "repository" | "sha">;

/** What the deployer needs to observe or cancel later; stored as JSON, parsed again by the deployer. */
export type Handle = unknown;

export type StartedAttempt = {
  readonly kind: "started";
  readonly handle: Handle;
  readonly logUrl?: string;
  /** The news that is a reason to look at once, named as in `operations/woken-by.ts`; without it, only time is one. */
  readonly wokenBy?: string;
};

export type Started =
  | StartedAttempt
  /** Nothing was started and nothing will be: the attempt ends as `error` (or `failure` when the far side said no). */
  | { readonly kind: "refused"; readonly outcome: "failure" | "error"; readonly message: string };

export type Observation = {
  readonly state: "running" | "success" | "failure" | "error" | "cancelled" | "unknown";
  readonly message?: string;
  /** The end of the output, at most 16 KiB, secrets already masked; absent when the deployer has none. */
  readonly outputTail?: string;
  /** Bytes of output so far. */
  readonly outputBytes?: number;
  readonly logUrl?: string;
  /** When to look again while running, in ms from now. */
  readonly lookAgainMs?: number;
  /** For an ended state: whether it is proven that nothing runs any more. */
  readonly proven?: boolean;
  /** While running: what to observe by from now on, where that is another. Whoever finds it changed meanwhile looks again. */
  readonly handle?: Handle;
};

export type Found =
  | StartedAttempt
  /**
   * It did not start and cannot any more: call again. So also where the far side refuses a second start under the token,
   * but then not with `cancelAsked`: it is not called again to learn how it stands, and may have begun.
   */
  | { readonly kind: "impossible" }
  | { readonly kind: "unknown"; readonly why: string };

export type Deployer = {
  readonly kind: StageDefinition["deployer"]["kind"];
  /** In ms: after this a start begins no call that could begin something. Nobody takes over before twice that has passed. */
  readonly callTimeoutMs: number;
  /**
   * In ms: how long what a call has sent may still be carried out after the bot was killed; nobody asks `find` sooner.
   * 0 where a look too early does no harm: nothing is begun, a second start is refused, or the look itself forbids it.
   */
  readonly callOutlivesMs: number;
  /** A start will most likely be called in a moment: what is bound to no attempt may be made ready. Never fails. */
  expect?(): void;
  /**
   * A deployment begins to wait: what its start will need may be made ready meanwhile, and is left alone where it is not
   * wanted in the end. Never fails; a start does not rely on it.
   */
  makeAhead?(ahead: Ahead): void;
  start(attempt: Attempt): Promise<Started>;
  observe(attempt: Attempt, handle: Handle): Promise<Observation>;
  /** Asks for the end; `observe` tells whether it came. */
  cancel(attempt: Attempt, handle: Handle): Promise<void>;
  find(attempt: Attempt): Promise<Found>;
  /** The bot stops: what was made ready for starts to come is let go. What was started runs on. */
  stop?(): Promise<void>;
};

export type Deployers = { readonly [Kind in StageDefinition["deployer"]["kind"]]: Deployer };
