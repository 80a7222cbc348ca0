/** Everything that the page shows, as one plain object: made anew for every change and sent whole. */
import type { SandboxRepositoryView } from "../contract.ts";
import type { SandboxMessage } from "../slack-contract.ts";
import type { WorldEnvironment } from "../world.ts";
import type { Act, BotState, Play } from "./play.ts";
import { createTrip, type TripStep, tripSteps } from "./trip.ts";

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
    readonly channels: readonly { readonly id: string; readonly name: string }[];
    readonly channel: string;
    readonly messages: readonly SandboxMessage[];
  };
  readonly github: { readonly url: string; readonly repository: SandboxRepositoryView };
  readonly environments: readonly WorldEnvironment[];
  readonly bot: { readonly state: BotState; readonly note: string };
  readonly trip: readonly (TripStep & { readonly done: boolean })[];
};

export type PageStates = { now(): PageState };

/** Messages beyond these are not sent: the page is for playing, and a laptop should stay quick. */
const mostMessages = 300;

export function createPageStates(play: Play, acts: readonly Act[]): PageStates {
  const trip = createTrip();
  return {
    now() {
      const { slack, github, bot, world } = play;
      const channel = slack.channels().find((one) => `#${one.name}` === play.channel)?.id ?? "";
      const messages = slack.messages(channel).slice(-mostMessages);
      const repository = github.view(play.repository);
      const view = world.view();
      const done = trip.observe({
        repository,
        messages,
        botUser: slack.botUser,
        world: view,
        acts,
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
          channels: slack.channels(),
          channel,
          messages,
        },
        github: { url: github.url, repository },
        environments: view.environments,
        bot: { state: bot.state(), note: bot.note() },
        trip: tripSteps.map((step) => ({ ...step, done: done.has(step.id) })),
      };
    },
  };
}
