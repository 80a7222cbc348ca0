/**
 * One person's App Home. Subject: the home's number. Publishing takes the place of what was there, so that doing it twice
 * does no harm.
 */
import type { Kysely } from "kysely";
import type { Logger } from "pino";
import { z } from "zod";
import type { LoadHomeView } from "../operations/home-shown.ts";
import type { External, Surface } from "../projections/surface.ts";
import type { Database } from "../store/schema.ts";
import { type SlackClient, SlackRefusal } from "./client.ts";
import { undelivered } from "./posting.ts";
import type { HomeView } from "./views/elements.ts";
import { renderHome } from "./views/home.ts";

/** A burst of changes is one writing. */
const spacingMs = 2_000;

const published = z.object({ view: z.object({ id: z.string() }) });

export type HomeContent = { readonly user: string; readonly view: HomeView };

type Options = {
  readonly db: Kysely<Database>;
  readonly log: Logger;
  readonly client: SlackClient;
  readonly loadHomeView: LoadHomeView;
  readonly signInAddress: ((id: string) => string) | undefined;
};

export function homeSurface({ db, log, client, loadHomeView, signInAddress }: Options): Surface<HomeContent> {
  /** What Slack refuses it refuses again: it is left until something changes, and then tried once more. */
  async function publish({ user, view }: HomeContent): Promise<External> {
    try {
      const made = await client.call("views.publish", { user_id: user, view }, published);
      return { view: made.view.id };
    } catch (error) {
      if (!(error instanceof SlackRefusal)) throw error;
      log.warn({ err: error, user }, "an App Home could not be published");
      return undelivered(error.slackCode);
    }
  }
  return {
    surface: "slack.home",
    spacingMs,
    async render(subject) {
      if (!/^\d{1,15}$/u.test(subject)) return undefined;
      const home = await db
        .selectFrom("home")
        .select("slack_user")
        .where("id", "=", Number(subject))
        .executeTakeFirst();
      const view = home === undefined ? undefined : await loadHomeView(Number(subject));
      if (home === undefined || view === undefined) return undefined;
      return { content: { user: home.slack_user, view: renderHome(view, signInAddress) } };
    },
    async find() {
      return undefined;
    },
    create: (_subject, content) => publish(content),
    update: (_external, content) => publish(content),
  };
}
