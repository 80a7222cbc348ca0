/** `views.*`, as much as App Home and a simple dialog need: the view is checked and kept, and its form is not played. */
import { z } from "zod";
import { type ApiAnswer, type ApiMethods, refuse } from "./api-method.ts";
import { blockProblems } from "./block-kit.ts";
import { type CallFields, field } from "./requests.ts";

/** A view may have a hundred blocks, where a message has fifty. */
const mostBlocks = 100;

const viewShape = z.looseObject({
  type: z.enum(["home", "modal"]),
  blocks: z.array(z.unknown()),
  private_metadata: z.string().max(3000).optional(),
});

type View = z.infer<typeof viewShape>;

function readView(fields: CallFields): View | ApiAnswer {
  const read = viewShape.safeParse(fields["view"]);
  if (!read.success) return refuse("invalid_arguments", { response_metadata: { messages: [read.error.message] } });
  const errors = blockProblems(read.data.blocks, mostBlocks).map(
    (one) => `${one.message} [json-pointer:${one.pointer}]`,
  );
  return errors.length === 0 ? read.data : refuse("invalid_arguments", { response_metadata: { messages: errors } });
}

function isAnswer(value: View | ApiAnswer): value is ApiAnswer {
  return "ok" in value;
}

export const viewMethods: ApiMethods = {
  "views.publish": ({ workspace }, fields) => {
    const user = workspace.user(field(fields, "user_id") ?? "");
    if (!user) return refuse("user_not_found");
    const view = readView(fields);
    if (isAnswer(view)) return view;
    if (view.type !== "home") return refuse("invalid_arguments");
    workspace.homes.set(user.id, view);
    workspace.changed();
    return { ok: true, view: { id: `V0${user.id}`, team_id: workspace.team, ...view } };
  },
  "views.open": ({ workspace, triggerIsFresh }, fields) => {
    const trigger = field(fields, "trigger_id");
    if (trigger === undefined) return refuse("invalid_arguments");
    if (!triggerIsFresh(trigger)) return refuse("expired_trigger_id");
    const view = readView(fields);
    if (isAnswer(view)) return view;
    return { ok: true, view: { id: `V${trigger.replace(/\W/g, "")}`, team_id: workspace.team, ...view } };
  },
};
