/** One deployment as people see it: everything a message, a GitHub Deployment or a page is rendered from. */
import type { Kysely } from "kysely";
import type { Instant, RequestKind, Revision, Status, Verdict } from "../policy/model.ts";
import type { Database } from "../store/schema.ts";
import type { AskChanged } from "./approval-said.ts";
import type { MadeByStage } from "./made-by-stage.ts";
import type { Outcome } from "./outcome.ts";
import type { Ships } from "./ships.ts";

export type StageView = {
  readonly name: string;
  readonly phase: "deploy" | "verify";
  readonly state: "pending" | "running" | "success" | "failure" | "error" | "cancelled" | "skipped";
  readonly startedAt?: Instant;
  readonly endedAt?: Instant;
  readonly message?: string;
  readonly outputTail?: string;
  readonly logUrl?: string;
};

export type DeploymentView = {
  readonly id: number;
  /** The ask that is current; a message that stands for an older one says that it no longer counts. */
  readonly ask: number;
  readonly service: string;
  readonly repository: string;
  readonly channel?: string;
  readonly environment: string;
  /** What GitHub's environment is called, where the bare name could be another service's. */
  readonly environmentOnGitHub?: string;
  /** Present when a stage makes the GitHub Deployment, for a worker that answers it. */
  readonly madeByStage?: MadeByStage;
  readonly production: boolean;
  readonly environmentUrl?: string;
  /** It is of a demo, which shows something else by now or is `gone`. */
  readonly demo?: { readonly gone: boolean };
  readonly kind: RequestKind;
  /** It passes freeze, window, soak and order, for its reason. */
  readonly hotfix: boolean;
  readonly status: Status;
  readonly revision: Revision;
  readonly ref?: string;
  readonly previous?: Revision;
  readonly ships?: Ships;
  readonly verdict?: Verdict;
  readonly outcome?: Outcome;
  readonly requestedBy: string;
  readonly requestedBySlack?: string;
  readonly requestedAt: Instant;
  readonly reason?: string;
  readonly mergedBy?: string;
  readonly pullRequest?: number;
  /** Who can still approve while approvals are missing; the Slack user of those who are known there. */
  readonly mayApprove: readonly { readonly login: string; readonly slackUser?: string }[];
  /** Groups and logins that the policy names as approvers. */
  readonly approversNamed: readonly string[];
  /** Answers to the current ask, in the order in which they came. */
  readonly approvals: readonly {
    readonly login: string;
    readonly answer: "approve" | "reject";
    readonly at: Instant;
  }[];
  /** What changed under the asks that no longer count. */
  readonly voided: readonly (AskChanged & { readonly ask: number })[];
  readonly stages: readonly StageView[];
  readonly cancelBy?: string;
  readonly startedAt?: Instant;
  readonly endedAt?: Instant;
  readonly supersededBy?: number;
  /** It failed, is proven to have ended, and nothing has come after it: it can be tried again. */
  readonly canRetry: boolean;
  /** It left the environment uncertain, and nothing has mended that yet: what it changed can be taken back. */
  readonly leftUncertain: boolean;
  /** False while it is not known whether the attempt has ended: a person settles it. */
  readonly settled: boolean;
};

export type LoadDeploymentView = (db: Kysely<Database>, deployment: number) => Promise<DeploymentView | undefined>;
