/** The shape of `announce`, and what it means: who hears of a success besides Slack and GitHub. */
import * as z from "zod";
import type { Announcement } from "../announcements.ts";
import { deploymentPlaces } from "../value-template.ts";
import { isMap, shown, valueAt } from "./found.ts";
import { given } from "./meaning-parts.ts";
import type { Finding } from "./shape-mistakes.ts";
import { listOf, secret, text, webAddress } from "./shape-parts.ts";
import { templateMistakes } from "./template-rules.ts";

const token = secret.describe("The secret that holds the token, granted by the operator.");

export const grafanaShape = {
  url: webAddress.describe("Grafana's address."),
  token,
  dashboard: text("a dashboard's UID", /^[A-Za-z0-9_-]{1,40}$/u)
    .optional()
    .describe("The UID of the dashboard that it is shown on. Default: all that ask for its tags."),
  tags: listOf(text("a tag", /\S/u), "a list of tags")
    .max(20, { error: "at most 20" })
    .optional()
    .describe("Tags besides `deployment`, the service and the environment."),
};

export const sentryShape = {
  url: webAddress.optional().describe("Sentry's address. Default: https://sentry.io."),
  organization: text("the slug of an organisation in Sentry", /^[a-z0-9][a-z0-9_-]{0,99}$/u),
  projects: listOf(text("the slug of a project in Sentry", /^[a-z0-9][a-z0-9_-]{0,99}$/u), "a list of projects")
    .min(1, { error: "at least one project" })
    .describe("The projects that the release belongs to, by their slugs."),
  token,
  release: text("what the release is called, such as shop@{version}", /^[^\s/\\][^\r\n\t/\\]{0,199}$/u)
    .optional()
    .describe("What the release is called; {sha}, {version} and the like are filled in. Default: {sha}."),
};

export const webhookShape = {
  url: webAddress.describe("Where the JSON is posted, signed where `secret` is set."),
  secret: secret.optional().describe("The secret that signs it, granted by the operator."),
};

const grafana = z.strictObject(grafanaShape, { error: "where and with what: {url: …, token: …}" });
const sentry = z.strictObject(sentryShape, {
  error: "where and with what: {organization: …, projects: […], token: …}",
});
const webhook = z.strictObject(webhookShape, { error: "where: {url: …}" });

export const announcementShape = {
  grafana: grafana.optional().describe("An annotation on Grafana's graphs."),
  sentry: sentry.optional().describe("A release in Sentry, with a deploy of it."),
  webhook: webhook.optional().describe("JSON, posted anywhere."),
};

const forms = "{grafana: …}, {sentry: …} or {webhook: …}";

export const announceShape = listOf(z.strictObject(announcementShape, { error: forms }), `a list of ${forms}`)
  .max(10, { error: "at most 10" })
  .optional()
  .describe("Where a success is announced besides Slack and GitHub. What fails there fails no deployment.");

/** Each entry tells one of them, and what Sentry's release is called names only what there is. */
export function announcementMistakes(environment: string, entry: unknown): readonly Finding[] {
  const list = valueAt(entry, ["announce"]);
  if (!Array.isArray(list)) return [];
  return list.flatMap((one: unknown, i): readonly Finding[] => {
    if (!isMap(one)) return [];
    const path = ["environments", environment, "announce", i];
    const called = valueAt(one, ["sentry", "release"]);
    const misnamed = templateMistakes([...path, "sentry", "release"], called, deploymentPlaces);
    const keys = Object.keys(one);
    // With a key that is not known, that key is the mistake.
    if (keys.length === 1 || keys.some((key) => !Object.hasOwn(announcementShape, key))) return misnamed;
    return [...misnamed, { path, at: "value", found: shown(one), expected: `one of ${forms}` }];
  });
}

type Entry = NonNullable<z.infer<typeof announceShape>>[number];

export function announcementsOf(entries: readonly Entry[] | undefined): readonly Announcement[] {
  return (entries ?? []).flatMap(announcementOf);
}

function announcementOf({ grafana: board, sentry: release, webhook: hook }: Entry): readonly Announcement[] {
  if (board !== undefined) {
    const { url, token: secretName, dashboard, tags = [] } = board;
    return [{ kind: "grafana", url: bare(url), token: secretName, ...given("dashboard", dashboard), tags }];
  }
  if (release !== undefined) {
    const { url = "https://sentry.io", organization, projects, token: secretName } = release;
    const called = release.release ?? "{sha}";
    return [{ kind: "sentry", url: bare(url), organization, projects, token: secretName, release: called }];
  }
  if (hook !== undefined) return [{ kind: "webhook", url: hook.url, ...given("secret", hook.secret) }];
  return [];
}

function bare(url: string): string {
  return url.replace(/\/+$/u, "");
}
