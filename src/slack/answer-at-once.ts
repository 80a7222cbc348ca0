/**
 * The one thing that is answered before it is stored: a form with a mistake, while the person still has it before them.
 * What has a mistake is not stored, since nothing follows from it.
 */
import type { Clock } from "../context.ts";
import type { FormMistake } from "../operations/form.ts";
import type { SlackDelivery } from "./payload.ts";
import type { FormSent } from "./view-events.ts";
import { formSent } from "./view-listeners.ts";
import { type FormErrors, formErrors } from "./views/form-errors.ts";

export type AnswerAtOnce = (delivery: SlackDelivery) => Promise<FormErrors | undefined>;

export function createAnswerAtOnce(
  clock: Pick<Clock, "now">,
  mistakesOf: (sent: FormSent) => Promise<readonly FormMistake[]>,
): AnswerAtOnce {
  return async ({ key, payload }) => {
    if (!("type" in payload) || payload.type !== "view_submission") return undefined;
    const mistakes = await mistakesOf(formSent({ key, lastTry: false, receivedAt: clock.now() }, payload));
    return mistakes.length === 0 ? undefined : formErrors(mistakes, payload.view);
  };
}
