/**
 * `announcement`: tells Grafana, Sentry or a webhook of a success, once. What is refused for good is remembered as
 * refused, so that people are told and nobody is asked again; what could not be reached is tried for a day.
 */
import type { Context } from "../context.ts";
import { ask } from "../deployers/outbound.ts";
import type { Announced } from "../operations/announcements.ts";
import type { OperatorRules } from "../operations/bot.ts";
import type { External, Surface } from "../projections/surface.ts";
import { AnnouncementRefused, bodyOfAnswer, type Call } from "./call.ts";
import { announceAtGrafana, findAtGrafana } from "./grafana.ts";
import { announceAtSentry, findAtSentry } from "./sentry.ts";
import { announceAtWebhook } from "./webhook.ts";

const callTimeoutMs = 10_000;
const triedForMs = 24 * 3_600_000;

export type AnnounceOptions = {
  readonly context: Context;
  readonly operator: Pick<OperatorRules, "outbound" | "secrets">;
  load(subject: string): Promise<Announced | undefined>;
};

export function createAnnouncementSurface(options: AnnounceOptions): Surface<Announced> {
  const { context, operator } = options;
  const call: Call = async (request) =>
    bodyOfAnswer(await ask(context, operator.outbound, { ...request, timeoutMs: callTimeoutMs }));

  function secretFor({ repository }: Announced, name: string): string {
    const value = operator.secrets(repository, [name]).values[name];
    if (value !== undefined && value !== "") return value;
    throw new AnnouncementRefused(`the operator has not granted ${repository} the secret ${name}`);
  }

  async function announce(subject: string, announced: Announced): Promise<External> {
    const { announcement } = announced;
    switch (announcement.kind) {
      case "grafana":
        return await announceAtGrafana(call, announcement, announced, secretFor(announced, announcement.token));
      case "sentry":
        return await announceAtSentry(call, announcement, announced, secretFor(announced, announcement.token));
      case "webhook": {
        const { secret } = announcement;
        const key = secret === undefined ? undefined : secretFor(announced, secret);
        return await announceAtWebhook(call, announcement, announced, { subject, key });
      }
    }
  }

  /** What is remembered of a failure that is for good; any other is thrown on, to be tried again. */
  function givenUp({ endedAt }: Announced, error: unknown): External {
    const isLate = context.clock.now() - endedAt > triedForMs;
    if (!(error instanceof AnnouncementRefused) && !isLate) throw error;
    return { refused: error instanceof Error ? error.message : String(error) };
  }

  return {
    surface: "announcement",

    async render(subject) {
      const content = await options.load(subject);
      return content && { content };
    },

    /** A webhook knows a repetition by its `Idempotency-Key`. */
    async find(_subject, announced) {
      const { announcement } = announced;
      if (announcement.kind === "webhook") return undefined;
      try {
        const token = secretFor(announced, announcement.token);
        return announcement.kind === "grafana"
          ? await findAtGrafana(call, announcement, announced, token)
          : await findAtSentry(call, announcement, announced, token);
      } catch (error) {
        // `create` meets the same refusal, and remembers it.
        if (error instanceof AnnouncementRefused) return undefined;
        // While this fails, `create` is not come to: without an end here it would be asked for ever, and nobody told.
        return givenUp(announced, error);
      }
    },

    async create(subject, announced) {
      try {
        return await announce(subject, announced);
      } catch (error) {
        return givenUp(announced, error);
      }
    },
  };
}
