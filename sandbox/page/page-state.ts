/** Everything that the page shows, as one plain object: made anew for every change and sent whole. */
import type { SandboxRepositoryView } from "../contract.ts";
import type { SandboxChannel, SandboxMessage, SandboxView } from "../slack-contract.ts";
import type { WorldEnvironment } from "../world.ts";
import type { Act, BotState, Play } from "./play.ts";
import { createTrip } from "./trip.ts";
import { type TripStep, tripSteps } from "./trip-steps.ts";

export type PageState = {
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
  readonly github: { readonly url: string; readonly repository: SandboxRepositoryView };
  readonly environments: readonly WorldEnvironment[];
  readonly bot: { readonly state: BotState; readonly note: string };
  readonly trip: readonly (TripStep & { readonly done: boolean })[];
};

export type PageStates = { now(): PageState };

/** Messages of a channel beyond these are not sent: the page is for playing, and a laptop should stay quick. */
const mostMessages = 300;

export function createPageStates(play: Play, acts: readonly Act[]): PageStates {
  const trip = createTrip();
  return {
    now() {
      const { slack, github, bot, world } = play;
      const channel = slack.channels().find((one) => `#${one.name}` === play.channel)?.id ?? "";
      const messages = slack.channels().flatMap(({ id }) => slack.messages(id).slice(-mostMessages));
      const viewsOf = (look: (user: string) => SandboxView | undefined) =>
        Object.fromEntries(
          play.people.flatMap(({ slackUser }) => {
            const view = look(slackUser);
            return view === undefined ? [] : [[slackUser, view]];
          }),
        );
      const [modals, homes] = [viewsOf(slack.modal), viewsOf(slack.home)];
      const repository = github.view(play.repository);
      const view = world.view();
      const done = trip.observe({
        repository,
        messages,
        botUser: slack.botUser,
        world: view,
        acts,
        modals: Object.keys(modals),
        homes: Object.keys(homes),
        provedLogin: github.calls().some((call) => call.path === "/login/oauth/access_token" && call.status === 200),
        bot: bot.state(),
      });
      return {
        people: play.people.map(({ slackUser, login, name, role, permission }) => ({
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
        github: { url: github.url, repository },
        environments: view.environments,
        bot: { state: bot.state(), note: bot.note() },
        trip: tripSteps.map((step) => ({ ...step, done: done.has(step.id) })),
      };
    },
  };
}
