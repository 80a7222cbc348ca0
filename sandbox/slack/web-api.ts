/**
 * The Web API methods that a deployment bot uses, answered as Slack answers them: `ok` and, when refused, the error's
 * name. One table from the method's name to what it does. Nothing here knows the bot's own purposes.
 *
 * Source for names, arguments and errors: https://docs.slack.dev/reference/methods
 */
import { type Api, type ApiAnswer, type ApiMethod, refuse } from "./api-method.ts";
import { chatMethods } from "./chat-methods.ts";
import { conversationMethods } from "./conversation-methods.ts";
import { reactionMethods } from "./reaction-methods.ts";
import type { CallFields } from "./requests.ts";
import { userMethods } from "./user-methods.ts";
import { viewMethods } from "./view-methods.ts";

const authTest: ApiMethod = ({ workspace, webUrl }) => ({
  ok: true,
  url: `${webUrl()}/`,
  team: "Sandbox",
  user: "signalbox",
  team_id: workspace.team,
  user_id: workspace.botUser,
  bot_id: workspace.botId,
  is_enterprise_install: false,
});

const methods: ReadonlyMap<string, ApiMethod> = new Map(
  Object.entries({
    "api.test": (): ApiAnswer => ({ ok: true }),
    "auth.test": authTest,
    ...chatMethods,
    ...conversationMethods,
    ...reactionMethods,
    ...userMethods,
    ...viewMethods,
  }),
);

export function callMethod(api: Api, method: string, fields: CallFields): ApiAnswer {
  const found = methods.get(method);
  return found ? found(api, fields) : refuse("unknown_method", { req_method: method });
}
