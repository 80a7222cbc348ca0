/** The App's word on an environment that holds a run. */
import { z } from "zod";
import { reportOnRun } from "../acts/runs.ts";
import { notFound } from "../problem.ts";
import { parseBody, type RepositoryCall, type Route, repositoryRoute } from "../server/route.ts";

const environment_name = z.string().min(1);
const reportWish = z.union([
  z.object({ environment_name, state: z.enum(["approved", "rejected"]), comment: z.string().default("") }),
  z.object({ environment_name, state: z.undefined().optional(), comment: z.string().min(1) }),
]);

function runAt(call: RepositoryCall) {
  const run = call.repository.runs.get(call.numberParam("id"));
  if (run === undefined) throw notFound();
  return run;
}

export const actionsRoutes: readonly Route[] = [
  repositoryRoute("POST", "/actions/runs/:id/deployment_protection_rule", (call, hub) => {
    const run = runAt(call);
    // Only an App may speak for its own rule.
    if (call.actor.kind !== "installation") throw notFound();
    const wish = parseBody(reportWish, call);
    const report = { state: wish.state ?? null, comment: wish.comment };
    reportOnRun(hub, call.repository, run, report, wish.environment_name);
    return { status: 204 };
  }),
];
