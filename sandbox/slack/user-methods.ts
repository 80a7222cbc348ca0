/** `users.*` and `usergroups.*`: who is who. The sandbox's workspace is on a free plan and has no user groups. */

import { type ApiMethods, describeUser, refuse } from "./api-method.ts";
import { field } from "./requests.ts";

export const userMethods: ApiMethods = {
  "users.info": ({ workspace }, fields) => {
    const user = workspace.user(field(fields, "user") ?? "");
    return user ? { ok: true, user: describeUser(workspace, user) } : refuse("user_not_found");
  },
  "users.list": ({ workspace }) => ({
    ok: true,
    members: workspace.users().map((user) => describeUser(workspace, user)),
    response_metadata: { next_cursor: "" },
  }),
  "usergroups.users.list": () => refuse("plan_upgrade_required"),
  "usergroups.list": () => refuse("plan_upgrade_required"),
};
