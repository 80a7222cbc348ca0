/**
 * An annotation from a deployment's start to its end. A tag of its own makes it known again.
 * https://grafana.com/docs/grafana/latest/developers/http_api/annotations/
 */
import { z } from "zod";
import type { Announced } from "../operations/announcements.ts";
import type { Announcement } from "../policy/announcements.ts";
import type { External } from "../projections/surface.ts";
import { announcedInWords } from "../wording/announcement.ts";
import { type Call, parseAnswer, withToken } from "./call.ts";

type Grafana = Extract<Announcement, { kind: "grafana" }>;

const made = z.object({ id: z.number() });
const listed = z.array(z.object({ id: z.number() }));

function ownTag({ deployment, service, environment }: Announced): string {
  return `signalbox:${service}/${environment}/${deployment}`;
}

export async function announceAtGrafana(
  call: Call,
  { url, dashboard, tags }: Grafana,
  announced: Announced,
  token: string,
): Promise<External> {
  const { service, environment, startedAt, endedAt } = announced;
  const body = JSON.stringify({
    ...(dashboard === undefined ? {} : { dashboardUID: dashboard }),
    time: startedAt,
    timeEnd: endedAt,
    tags: ["deployment", service, environment, ...tags, ownTag(announced)],
    text: announcedInWords(announced),
  });
  const answer = await call({ method: "POST", url: `${url}/api/annotations`, headers: withToken(token), body });
  return { annotation: parseAnswer(made, answer).id };
}

export async function findAtGrafana(
  call: Call,
  { url }: Grafana,
  announced: Announced,
  token: string,
): Promise<External | undefined> {
  const query = new URLSearchParams({ tags: ownTag(announced), type: "annotation", limit: "1" });
  const answer = await call({ method: "GET", url: `${url}/api/annotations?${query}`, headers: withToken(token) });
  const [found] = parseAnswer(listed, answer);
  return found && { annotation: found.id };
}
