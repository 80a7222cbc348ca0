/**
 * A release in Sentry and a deploy of it. Making a release that is there already changes nothing, and a deploy is known
 * again by its name.
 * https://docs.sentry.io/api/releases/
 */
import { z } from "zod";
import type { Announced } from "../operations/announcements.ts";
import type { Announcement } from "../policy/announcements.ts";
import { deploymentValues, fillIn } from "../policy/value-template.ts";
import type { External } from "../projections/surface.ts";
import { AnnouncementRefused, type Call, parseAnswer, withToken } from "./call.ts";

type Sentry = Extract<Announcement, { kind: "sentry" }>;

const made = z.object({ id: z.union([z.string(), z.number()]) });
const listed = z.array(z.object({ id: z.union([z.string(), z.number()]), name: z.string().nullable() }));

function nameOf({ deployment }: Announced): string {
  return `signalbox ${deployment}`;
}

function releaseOf({ release }: Sentry, announced: Announced): string {
  const filled = fillIn(release, deploymentValues(announced));
  if (filled.kind === "text") return filled.text;
  throw new AnnouncementRefused(`this revision has no ${filled.name}, which the release would be called by`);
}

function releasesOf({ url, organization }: Sentry): string {
  return `${url}/api/0/organizations/${organization}/releases/`;
}

export async function announceAtSentry(
  call: Call,
  announcement: Sentry,
  announced: Announced,
  token: string,
): Promise<External> {
  const releases = releasesOf(announcement);
  const version = releaseOf(announcement, announced);
  const iso = (at: number) => new Date(at).toISOString();
  const release = JSON.stringify({
    version,
    ref: announced.sha,
    projects: announcement.projects,
    dateReleased: iso(announced.endedAt),
  });
  await call({ method: "POST", url: releases, headers: withToken(token), body: release });
  const deploy = JSON.stringify({
    environment: announced.environment,
    name: nameOf(announced),
    ...(announced.url === undefined ? {} : { url: announced.url }),
    dateStarted: iso(announced.startedAt),
    dateFinished: iso(announced.endedAt),
  });
  const deploys = `${releases}${encodeURIComponent(version)}/deploys/`;
  const answer = await call({ method: "POST", url: deploys, headers: withToken(token), body: deploy });
  return { deploy: String(parseAnswer(made, answer).id) };
}

export async function findAtSentry(
  call: Call,
  announcement: Sentry,
  announced: Announced,
  token: string,
): Promise<External | undefined> {
  const version = encodeURIComponent(releaseOf(announcement, announced));
  const url = `${releasesOf(announcement)}${version}/deploys/`;
  let answer: string;
  try {
    answer = await call({ method: "GET", url, headers: withToken(token) });
  } catch (error) {
    // Without the release there is no deploy of it either.
    if (error instanceof AnnouncementRefused) return undefined;
    throw error;
  }
  const found = parseAnswer(listed, answer).find(({ name }) => name === nameOf(announced));
  return found && { deploy: String(found.id) };
}
