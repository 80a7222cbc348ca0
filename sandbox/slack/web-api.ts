/**
 * The Web API methods that a deployment bot uses, answered as Slack answers them: `ok` and, when refused, the error's
 * name. One table from the method's name to what it does. Nothing here knows the bot's own purposes.
 *
 * Source for names, arguments and errors: https://docs.slack.dev/reference/methods
 */
import { type Api, type ApiAnswer, type ApiMethod, lacksScope, refuse } from "./api-method.ts";
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
  ...(workspace.enterprise === undefined ? {} : { enterprise_id: workspace.enterprise.id }),
  is_enterprise_install: false,
});

/** Scopes of which the app needs one; what is read of a conversation depends on its kind and is asked there. */
const neededScopes: Readonly<Record<string, readonly string[]>> = {
  "chat.postMessage": ["chat:write"],
  "chat.postEphemeral": ["chat:write"],
  "chat.update": ["chat:write"],
  "chat.delete": ["chat:write"],
  "conversations.open": ["im:write"],
  "reactions.add": ["reactions:write"],
  "reactions.remove": ["reactions:write"],
  "reactions.get": ["reactions:read"],
  "users.info": ["users:read"],
  "users.list": ["users:read"],
  "usergroups.list": ["usergroups:read"],
  "usergroups.users.list": ["usergroups:read"],
};

const methods: ReadonlyMap<string, ApiMethod> = new Map(
  Object.entries({
    "api.test": (): ApiAnswer => ({ ok: true }),
    "auth.test": authTest,
    "apps.connections.open": ({ socketUrl }: Api): ApiAnswer => ({ ok: true, url: socketUrl() }),
    ...chatMethods,
    ...conversationMethods,
    ...reactionMethods,
    ...userMethods,
    ...viewMethods,
  }),
);

export function callMethod(api: Api, method: string, fields: CallFields): ApiAnswer {
  const found = methods.get(method);
  if (!found) return refuse("unknown_method", { req_method: method });
  return lacksScope(api, neededScopes[method] ?? []) ?? found(api, fields);
}
