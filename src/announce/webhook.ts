/** JSON posted to an address of the team's own, signed as a stage's request is; repeated under the same key. */
import { signatureHeader, signatureOf } from "../deployers/http-answer.ts";
import type { Announced } from "../operations/announcements.ts";
import type { Announcement } from "../policy/announcements.ts";
import type { External } from "../projections/surface.ts";
import type { Call } from "./call.ts";

/** The keys and their order are the protocol; absent values are null, so that a far side sees every key. */
function bodyOf(announced: Announced): string {
  return JSON.stringify({
    event: "success",
    deployment: announced.deployment,
    service: announced.service,
    repository: announced.repository,
    environment: announced.environment,
    url: announced.url ?? null,
    kind: announced.kind,
    sha: announced.sha,
    ref: announced.ref ?? null,
    version: announced.version ?? null,
    previous_sha: announced.previousSha ?? null,
    previous_version: announced.previousVersion ?? null,
    requested_by: announced.requestedBy,
    started_at: new Date(announced.startedAt).toISOString(),
    ended_at: new Date(announced.endedAt).toISOString(),
  });
}

export async function announceAtWebhook(
  call: Call,
  { url }: Extract<Announcement, { kind: "webhook" }>,
  announced: Announced,
  { subject, key }: { readonly subject: string; readonly key: string | undefined },
): Promise<External> {
  const body = bodyOf(announced);
  const headers = {
    "Content-Type": "application/json",
    "Idempotency-Key": `announcement/${subject}`,
    ...(key === undefined ? {} : { [signatureHeader]: signatureOf(key, body) }),
  };
  await call({ method: "POST", url, headers, body });
  return { told: announced.endedAt };
}
