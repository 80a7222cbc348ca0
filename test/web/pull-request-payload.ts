/** A real `pull_request` payload from GitHub's own examples, with an installation as an App gets it. */
import examples from "@octokit/webhooks-examples" with { type: "json" };
import { z } from "zod";

const payload = z.looseObject({ action: z.string(), pull_request: z.looseObject({}) });
const known = z.array(z.object({ name: z.string(), examples: z.array(z.unknown()) })).parse(examples);
const opened = known
  .filter((event) => event.name === "pull_request")
  .flatMap((event) => event.examples)
  .flatMap((example) => payload.safeParse(example).data ?? [])
  .find((example) => example.action === "opened");

export function pullRequestPayload(title = "Add the basket"): string {
  if (opened === undefined) throw new Error("the examples have no opened pull request");
  return JSON.stringify({ ...opened, installation: { id: 1 }, pull_request: { ...opened.pull_request, title } });
}
