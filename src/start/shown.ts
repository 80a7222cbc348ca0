/** The projection engine with every surface of GitHub and Slack: what people see of the state. */
import { createAnnouncementSurface } from "../announce/surface.ts";
import type { Settings } from "../config/settings.ts";
import { createGitHubSurfaces } from "../github/surfaces.ts";
import { loadAnnounced, tellRefusedAnnouncement } from "../operations/announcements.ts";
import { createChannelNews } from "../operations/channels.ts";
import { loadHomeView } from "../operations/home.ts";
import { loadDeploymentView } from "../operations/load-view.ts";
import { foldReactionsOf } from "../operations/note-reaction.ts";
import { tellIfNotOpened } from "../operations/prepare.ts";
import { promoteWhatMissed } from "../operations/promotion.ts";
import { tellPromotion, tellRefusedPromotion } from "../operations/promotions.ts";
import { tellRelease } from "../operations/releases.ts";
import { wakeVersion } from "../operations/version-news.ts";
import { createProjections, type Projections } from "../projections/engine.ts";
import type { Surface } from "../projections/surface.ts";
import { answerOf } from "../slack/emoji.ts";
import { createSlackSurfaces } from "../slack/surfaces.ts";
import type { Metrics } from "../web/metrics.ts";
import type { Parts } from "./parts.ts";

export function createShown(
  { bot, github, slack, channels }: Parts,
  settings: Settings,
  metrics: Metrics,
): Projections {
  const { context, log, db } = bot;
  return createProjections({
    context,
    log,
    db,
    surfaces: new Map<string, Surface>([
      [
        "announcement",
        createAnnouncementSurface({ context, operator: bot.operator, load: (subject) => loadAnnounced(db, subject) }),
      ],
      ...createGitHubSurfaces({ db, github, context, loadDeploymentView }),
      ...createSlackSurfaces({
        db,
        client: slack,
        channels,
        news: createChannelNews(bot),
        context,
        log,
        loadDeploymentView,
        githubUrl: bot.githubUrl,
        apiUrl: settings.slack.apiUrl,
        signInAddress: bot.signIn?.address,
        loadHomeView: (home) => loadHomeView(bot, home),
      }),
    ]),
    onCreated: async (surface, subject) => {
      if (surface === "slack.message") await foldReactionsOf(bot, answerOf, subject);
      if (surface === "announcement") await tellRefusedAnnouncement(bot, subject);
      if (surface === "slack.form") await tellIfNotOpened(bot, subject);
      if (surface === "github.version-pull") await wakeVersion(bot, Number(subject));
      if (surface === "github.promotion") await tellPromotion(bot, subject);
      if (surface === "github.release") await tellRelease(bot, subject);
    },
    onShown: async (surface, subject) => {
      if (surface === "github.promotion") await promoteWhatMissed(bot, subject);
    },
    onRefused: async (surface, subject) => {
      if (surface === "github.promotion") await tellRefusedPromotion(bot, subject);
      if (surface === "github.release") await tellRelease(bot, subject);
    },
    onWritten: (surface, result) =>
      metrics.projection(surface, result === "failed" || result === "unchanged" ? result : "written"),
  });
}
