/** `views.*`: modals by trigger, in stacks of three, changed under a hash; and App Home. */
import { z } from "zod";
import { type Api, type ApiAnswer, type ApiMethod, type ApiMethods, refuse } from "./api-method.ts";
import { type BlockProblem, checkText, isFields, plainOnly } from "./block-checks.ts";
import { blockProblems, problemLines } from "./block-kit.ts";
import { type CallFields, field } from "./requests.ts";
import { describeView, type GivenView, mostViews, type StoredView } from "./views.ts";

const mostBytes = 250 * 1024;

const text = z.looseObject({ type: z.string(), text: z.string() });
const viewShape = z.strictObject({
  type: z.enum(["home", "modal"]),
  blocks: z.array(z.unknown()),
  title: text.optional(),
  submit: text.optional(),
  close: text.optional(),
  callback_id: z.string().max(255).optional(),
  private_metadata: z.string().max(3000).optional(),
  external_id: z.string().max(255).optional(),
  notify_on_close: z.boolean().optional(),
  clear_on_close: z.boolean().optional(),
  submit_disabled: z.boolean().optional(),
});

function invalid(messages: readonly string[]): ApiAnswer {
  return refuse("invalid_arguments", { response_metadata: { messages: messages.map((one) => `[ERROR] ${one}`) } });
}

/** A modal has a title, and a submit button where it has inputs; the three texts have 24 characters at most. */
function frameProblems(view: GivenView): readonly BlockProblem[] {
  const problems: BlockProblem[] = [];
  const report = (pointer: string, message: string) => void problems.push({ pointer, message });
  if (view.type === "home") return problems;
  if (view.title === undefined) report("", "missing required field: title");
  for (const name of ["title", "submit", "close"] as const) {
    if (view[name] !== undefined) checkText(view[name], `/${name}`, 24, plainOnly, report);
  }
  const asks = view.blocks.some((block) => isFields(block) && block["type"] === "input");
  if (asks && view.submit === undefined) report("", "missing required field: submit");
  return problems;
}

/** A view as an app gives it, or Slack's refusal. */
export function readView(given: unknown): GivenView | ApiAnswer {
  if (JSON.stringify(given ?? null).length > mostBytes) return refuse("view_too_large");
  const read = viewShape.safeParse(given);
  if (!read.success) {
    return invalid(read.error.issues.map((one) => `${one.message} [json-pointer:/view/${one.path.join("/")}]`));
  }
  const problems = [...frameProblems(read.data), ...blockProblems(read.data.blocks, read.data.type)];
  return problems.length === 0 ? read.data : invalid(problemLines(problems, "/view"));
}

function isAnswer(value: GivenView | StoredView | ApiAnswer): value is ApiAnswer {
  return "ok" in value;
}

function answer({ workspace }: Api, view: StoredView): ApiAnswer {
  return { ok: true, view: describeView(workspace, view) };
}

/** External ids are unique among the views that there are. */
function taken({ views }: Api, given: GivenView, but?: StoredView): boolean {
  if (given.external_id === undefined || given.external_id === "") return false;
  const other = views.find({ externalId: given.external_id });
  return other !== undefined && other !== but;
}

function readNew(api: Api, fields: CallFields, type: GivenView["type"], but?: StoredView): GivenView | ApiAnswer {
  const view = readView(fields["view"]);
  if (isAnswer(view)) return view;
  if (view.type !== type) return invalid([`the view must be of type ${type} [json-pointer:/view/type]`]);
  return taken(api, view, but) ? refuse("duplicate_external_id") : view;
}

function put(fresh: boolean): ApiMethod {
  return (api, fields) => {
    const trigger = field(fields, "trigger_id");
    if (trigger === undefined) return invalid(["missing required field: trigger_id"]);
    const view = readNew(api, fields, "modal");
    if (isAnswer(view)) return view;
    const exchanged = api.triggers.exchange(trigger);
    if ("error" in exchanged) return refuse(exchanged.error);
    const { user, inModal } = exchanged;
    const lying = api.views.stack(user).length;
    if (!fresh && (!inModal || lying === 0)) return refuse("not_found");
    if (!fresh && lying >= mostViews) return refuse("push_limit_reached");
    return answer(api, api.views.put(user, view, fresh));
  };
}

const update: ApiMethod = (api, fields) => {
  const id = field(fields, "view_id");
  const externalId = field(fields, "external_id");
  if (id === undefined && externalId === undefined) return invalid(["missing required field: view_id"]);
  const known = api.views.find({ id, externalId });
  if (!known) return refuse("not_found");
  const view = readNew(api, fields, known.given.type, known);
  if (isAnswer(view)) return view;
  const hash = field(fields, "hash");
  if (hash !== undefined && hash !== known.hash) return refuse("hash_conflict");
  api.views.change(known, view);
  return answer(api, known);
};

const publish: ApiMethod = (api, fields) => {
  const user = api.workspace.user(field(fields, "user_id") ?? "");
  if (!user) return refuse("user_not_found");
  const known = api.views.home(user.id);
  const view = readNew(api, fields, "home", known);
  if (isAnswer(view)) return view;
  const hash = field(fields, "hash");
  if (hash !== undefined && hash !== known?.hash) return refuse("hash_conflict");
  return answer(api, api.views.publish(user.id, view));
};

export const viewMethods: ApiMethods = {
  "views.open": put(true),
  "views.push": put(false),
  "views.update": update,
  "views.publish": publish,
};
