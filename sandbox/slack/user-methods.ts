/** `users.*` and `usergroups.*`: who is who, and who belongs together. */
import { type ApiMethod, type ApiMethods, describeUser, refuse } from "./api-method.ts";
import { field, flag } from "./requests.ts";

/** A workspace has user groups on a paid plan; here, as soon as there is one. */
const groups: ApiMethod = ({ workspace }, fields) => {
  if (workspace.groups.size === 0) return refuse("plan_upgrade_required");
  const shown = [...workspace.groups.values()].filter((one) => !one.disabled || flag(fields, "include_disabled"));
  const described = shown.map((one) => ({
    id: one.id,
    team_id: workspace.team,
    is_usergroup: true,
    name: one.handle,
    handle: one.handle,
    date_delete: one.disabled ? 1 : 0,
    user_count: one.users.length,
    ...(flag(fields, "include_users") ? { users: one.users } : {}),
  }));
  return { ok: true, usergroups: described };
};

const groupUsers: ApiMethod = ({ workspace }, fields) => {
  if (workspace.groups.size === 0) return refuse("plan_upgrade_required");
  const group = workspace.groups.get(field(fields, "usergroup") ?? "");
  if (!group) return refuse("no_such_subteam");
  return group.disabled && !flag(fields, "include_disabled")
    ? refuse("subteam_disabled")
    : { ok: true, users: group.users };
};

export const userMethods: ApiMethods = {
  "users.info": (api, fields) => {
    const user = api.workspace.user(field(fields, "user") ?? "");
    return user ? { ok: true, user: describeUser(api, user) } : refuse("user_not_found");
  },
  "users.list": (api) => ({
    ok: true,
    members: api.workspace.users().map((user) => describeUser(api, user)),
    response_metadata: { next_cursor: "" },
  }),
  "usergroups.users.list": groupUsers,
  "usergroups.list": groups,
};
