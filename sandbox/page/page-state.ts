/** Everything that the page shows, as one plain object: made anew for every change and sent whole. */
import type { SandboxRepositoryView } from "../contract.ts";
import type { ScenePlace, Step } from "../scene.ts";
import type { SandboxChannel, SandboxMessage, SandboxView } from "../slack-contract.ts";
import type { WorldEnvironment } from "../world.ts";
import type { Act, BotState, Play } from "./play.ts";
import { createTrip } from "./trip.ts";

export type PageState = {
  /** What is opened: the sample, which has no name, or an example. */
  readonly scene: { readonly name: string; readonly title: string };
  readonly people: readonly {
    readonly user: string;
    readonly login: string;
    readonly name: string;
    readonly role: string;
    readonly permission: string;
  }[];
  readonly slack: {
    readonly botUser: string;
    readonly users: Readonly<Record<string, string>>;
    readonly commands: readonly string[];
    readonly channels: readonly SandboxChannel[];
    /** The channel that is shown first. */
    readonly channel: string;
    /** Of all channels and direct conversations, each in order. */
    readonly messages: readonly SandboxMessage[];
    /** The modal that each person sees, and the App Home that the bot published for them. */
    readonly modals: Readonly<Record<string, SandboxView>>;
    readonly homes: Readonly<Record<string, SandboxView>>;
  };
  /** The first repository is shown first. */
  readonly github: { readonly url: string; readonly repositories: readonly SandboxRepositoryView[] };
  readonly environments: readonly (WorldEnvironment & Pick<ScenePlace, "repository" | "environment">)[];
  /** How much Grafana and Sentry were told of. */
  readonly monitoring: { readonly annotations: number; readonly releases: number };
  readonly bot: { readonly state: BotState; readonly note: string };
  readonly trip: readonly (Omit<Step, "happened"> & { readonly done: boolean })[];
};

export type PageStates = { now(): PageState };

/** Messages of a channel beyond these are not sent: the page is for playing, and a laptop should stay quick. */
const mostMessages = 300;

export function createPageStates(play: Play, acts: readonly Act[]): PageStates {
  const { scene } = play;
  const trip = createTrip(scene.steps);
  return {
    now() {
      const { slack, github, bot, world } = play;
      const channel = slack.channels().find((one) => `#${one.name}` === scene.channels[0])?.id ?? "";
      const messages = slack.channels().flatMap(({ id }) => slack.messages(id).slice(-mostMessages));
      const viewsOf = (look: (user: string) => SandboxView | undefined) =>
        Object.fromEntries(
          scene.people.flatMap(({ slackUser }) => {
            const view = look(slackUser);
            return view === undefined ? [] : [[slackUser, view]];
          }),
        );
      const [modals, homes] = [viewsOf(slack.modal), viewsOf(slack.home)];
      const [first, ...others] = scene.repositories;
      const repository = github.view(first);
      const repositories = [repository, ...others.map((name) => github.view(name))];
      const view = world.view();
      const monitoring = play.monitoring.view();
      const done = trip.observe({
        repository,
        repositories,
        messages,
        botUser: slack.botUser,
        world: view,
        monitoring,
        acts,
        modals: Object.keys(modals),
        homes: Object.keys(homes),
        provedLogin: github.calls().some((call) => call.path === "/login/oauth/access_token" && call.status === 200),
        bot: bot.state(),
      });
      return {
        scene: { name: scene.name, title: scene.title },
        people: scene.people.map(({ slackUser, login, name, role, permission }) => ({
          user: slackUser,
          login,
          name,
          role,
          permission,
        })),
        slack: {
          botUser: slack.botUser,
          users: Object.fromEntries(slack.users().map((user) => [user.id, user.realName])),
          commands: slack.commands(),
          channels: slack.channels(),
          channel,
          messages,
          modals,
          homes,
        },
        github: { url: github.url, repositories },
        environments: view.environments.map((one) => ({ ...one, ...placeOf(scene.places, first, one.name) })),
        monitoring: { annotations: monitoring.annotations.length, releases: monitoring.releases.length },
        bot: { state: bot.state(), note: bot.note() },
        trip: scene.steps.map(({ happened: _, ...step }) => ({ ...step, done: done.has(step.id) })),
      };
    },
  };
}

/** A place that was made since, such as a demo, is an environment of the first repository under its own name. */
function placeOf(places: readonly ScenePlace[], first: string, folder: string) {
  const known = places.find((place) => place.folder === folder);
  return { repository: known?.repository ?? first, environment: known?.environment ?? folder };
}
