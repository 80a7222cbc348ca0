/**
 * The buttons of a deployment's message: what a person can do about it as it stands. Each carries the deployment and the
 * ask, and its rights are asked for when it is pressed, never here.
 */

import { type ActionId, mostReverted } from "../../operations/actions.ts";
import type { DeploymentView, StageView } from "../../operations/views.ts";
import type { GateResult } from "../../policy/model.ts";
import { isPending, isRunning } from "../../policy/transitions.ts";
import { actions, type Block, type Button, button } from "./block.ts";
import { webUrl } from "./text.ts";

/** It ran and did not come to a good end. */
function hasFailed(view: DeploymentView): boolean {
  return view.status === "failure" || view.status === "error";
}

export function failedStage(view: DeploymentView): StageView | undefined {
  return view.stages.find((stage) => stage.state === "failure" || stage.state === "error");
}

/** The gate that waits for this reason. */
export function waitingFor(view: DeploymentView, code: GateResult["reason"]["code"]): GateResult | undefined {
  if (!isPending(view.status)) return undefined;
  return view.verdict?.gates.find((gate) => gate.result === "wait" && gate.reason.code === code);
}

/** Answers may be given too while it is not known who may: they are looked at again then. */
export function asksForAnswers(view: DeploymentView): boolean {
  return (["approvals.missing", "approvals.membership-unknown"] as const).some(
    (code) => waitingFor(view, code) !== undefined,
  );
}

type Make = (actionId: ActionId, label: string, style?: "primary" | "danger", confirm?: Confirm) => Button;
type Confirm = NonNullable<Parameters<typeof button>[0]["confirm"]>;

export function buttons(view: DeploymentView): readonly Block[] {
  const value = `${view.id}/${view.ask}`;
  const make: Make = (actionId, label, style, confirm) =>
    button({ actionId, label, value, style, ...(confirm === undefined ? {} : { confirm }) });
  return actions("answers", [
    ...answers(view, make),
    ...aboutStart(view, make),
    ...afterFailure(view, make),
    ...revert(view, make),
  ]);
}

function answers(view: DeploymentView, make: Make): readonly Button[] {
  if (!asksForAnswers(view)) return [];
  const withdraw = {
    title: "Take your answer back?",
    text: "It no longer counts then.",
    yes: "Take it back",
    no: "Keep it",
  };
  return [
    make("approve", "Approve", "primary"),
    make("reject", "Reject", "danger"),
    // Whose answer it takes back is whoever presses it.
    ...(view.approvals.length === 0 ? [] : [make("withdraw", "Take my answer back", undefined, withdraw)]),
  ];
}

function aboutStart(view: DeploymentView, make: Make): readonly Button[] {
  const offered =
    waitingFor(view, "ready.offered") !== undefined || waitingFor(view, "ready.merged-while-not-ready") !== undefined;
  const cancellable = isPending(view.status) || (isRunning(view.status) && view.cancelBy === undefined);
  const text = isRunning(view.status)
    ? "It is asked to stop. What it has already changed stays changed."
    : "It will not start.";
  const confirm = { title: "Cancel this deployment?", text, yes: "Cancel it", no: "Keep it" };
  return [
    ...(offered ? [make("start", "Deploy")] : []),
    ...(waitingFor(view, "hold.confirm-fix") === undefined
      ? []
      : [make("confirm-fix", "Confirm that it contains the fix")]),
    ...(waitingFor(view, "ready.confirm-migrations") === undefined
      ? []
      : [make("confirm-migrations", "Roll back all the same", "danger")]),
    ...(cancellable ? [make("cancel", "Cancel", undefined, confirm)] : []),
  ];
}

/** Offered once it is done, for what it has taken back: branches are never moved. */
function revert(view: DeploymentView, make: Make): readonly Button[] {
  const taken = view.ships?.pullRequests.length ?? 0;
  if (view.kind !== "rollback" || view.status !== "success" || taken === 0 || taken > mostReverted) return [];
  return [make("revert", taken === 1 ? "Open a revert pull request" : "Open revert pull requests")];
}

function afterFailure(view: DeploymentView, make: Make): readonly Button[] {
  if (!hasFailed(view)) return [];
  const rollBack = {
    title: "Roll back?",
    text: `${view.service} ${view.environment} goes back to what was live and healthy before.`,
    yes: "Roll back",
    no: "Leave it",
  };
  const log = failedStage(view);
  const url = log?.logUrl === undefined ? undefined : webUrl(log.logUrl);
  return [
    ...(view.canRetry ? [make("retry", "Retry")] : []),
    // A rollback of a rollback would bring back what was taken out.
    ...(view.leftUncertain && view.kind !== "rollback" ? [make("roll-back", "Roll back", "danger", rollBack)] : []),
    ...(log === undefined ? [] : [url === undefined ? make("see-log", "See log") : openLog(url)]),
  ];
}

/** Leads to where the log is kept; its press needs no answer. */
function openLog(url: string): Button {
  return button({ actionId: "open-log", label: "See log", value: "log", url });
}
