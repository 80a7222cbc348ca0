/** Everything that Slack shows of the state, each surface under its name. */
import type { Kysely } from "kysely";
import type { Logger } from "pino";
import type { Context } from "../context.ts";
import type { ChannelNews } from "../operations/channels.ts";
import type { LoadHomeView } from "../operations/home-shown.ts";
import type { LoadDeploymentView } from "../operations/views.ts";
import type { Surface, Surfaces } from "../projections/surface.ts";
import type { Database } from "../store/schema.ts";
import type { SlackChannels } from "./channels.ts";
import type { SlackClient } from "./client.ts";
import { formSurface } from "./form-surface.ts";
import { homeSurface } from "./home-surface.ts";
import { messageSurface } from "./message-surface.ts";
import { noteSurface } from "./note-surface.ts";
import { createPosting } from "./posting.ts";
import { replySurface } from "./reply-surface.ts";

export type SlackSurfacesOptions = {
  readonly db: Kysely<Database>;
  readonly client: SlackClient;
  readonly channels: SlackChannels;
  readonly news: ChannelNews;
  readonly context: Context;
  readonly log: Logger;
  readonly loadDeploymentView: LoadDeploymentView;
  /** GitHub's web address without a slash at its end, for links. */
  readonly githubUrl: string;
  /** SLACK_API_URL. */
  readonly apiUrl: string;
  readonly loadHomeView: LoadHomeView;
  /** Where a sign-in at GitHub with this id begins; undefined where linking is not set up. */
  readonly signInAddress: ((id: string) => string) | undefined;
};

export function createSlackSurfaces(options: SlackSurfacesOptions): Surfaces {
  const posting = createPosting(options);
  const surfaces: readonly Surface[] = [
    messageSurface({ ...options, posting }),
    noteSurface({ ...options, posting }),
    replySurface(options),
    formSurface(options),
    homeSurface(options),
  ];
  return new Map(surfaces.map((surface) => [surface.surface, surface]));
}
