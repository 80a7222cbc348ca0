/** What is wrong with a form that was sent → what Slack shows at its fields, while the form is still open. Pure. */
import type { FormChoices, FormMistake } from "../../operations/form.ts";
import { wordMistake } from "../../wording/form.ts";
import { type FormActionId, type FormSubmissionPayload, fieldOf } from "../view-payload.ts";

const actionOf: Readonly<Record<keyof FormChoices, FormActionId>> = {
  service: "form-service",
  environment: "form-environment",
  revision: "form-revision",
  other: "form-other",
  reason: "form-reason",
};

export type FormErrors = { readonly response_action: "errors"; readonly errors: Readonly<Record<string, string>> };

/** Errors are named by block; one whose field is not in the form stands at the first field, since it must be seen. */
export function formErrors(mistakes: readonly FormMistake[], view: FormSubmissionPayload["view"]): FormErrors {
  const first = Object.keys(view.state.values)[0] ?? "service";
  const errors = new Map<string, string>();
  for (const mistake of mistakes) {
    const block = fieldOf(view, actionOf[mistake.field])?.block ?? first;
    errors.set(block, [errors.get(block), wordMistake(mistake)].filter((one) => one !== undefined).join(" "));
  }
  return { response_action: "errors", errors: Object.fromEntries(errors) };
}
