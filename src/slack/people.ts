/**
 * Who a Slack user is, as Slack says now (member, guest, bot or stranger), and who is in a user group. What Slack does
 * not know is a stranger, and what Slack did not answer is an error: nobody counts as a member by default.
 */
import { z } from "zod";
import type { Context } from "../context.ts";
import { OutsideError, type SlackPerson, type SlackPort, type UsergroupMembers } from "../operations/ports.ts";
import { createShortMemory } from "../short-memory.ts";
import { type SlackClient, type SlackIdentity, SlackRefusal } from "./client.ts";

/** Long enough for a burst of reactions, short enough that somebody who was removed cannot approve much longer. */
const rememberMs = 60_000;
const mostRemembered = 1_000;

const usersInfo = z.object({
  user: z.object({
    id: z.string(),
    team_id: z.string().optional(),
    name: z.string().optional(),
    real_name: z.string().optional(),
    deleted: z.boolean().optional(),
    is_bot: z.boolean().optional(),
    is_restricted: z.boolean().optional(),
    is_ultra_restricted: z.boolean().optional(),
    is_stranger: z.boolean().optional(),
    enterprise_user: z.object({ teams: z.array(z.string()).optional() }).optional(),
    profile: z.object({ display_name: z.string().optional(), real_name: z.string().optional() }).optional(),
  }),
});
type SlackUser = z.infer<typeof usersInfo>["user"];

/** What `users.info` says of people whom the workspace does not show to the bot. */
const unknownCodes = ["user_not_found", "user_not_visible", "users_not_found"];

function nameOf(user: SlackUser): string {
  const names = [user.profile?.display_name, user.real_name, user.profile?.real_name, user.name];
  return names.find((name) => name !== undefined && name.trim() !== "") ?? user.id;
}

/** Seen from the bot's own workspace; from one of its organisation's where its token is good for all of them. */
function describe(user: SlackUser, own: SlackIdentity, from: string): SlackPerson {
  const team = own.wholeOrganisation ? from : own.team;
  const here = user.team_id === team || user.enterprise_user?.teams?.includes(team) === true;
  return {
    id: user.id,
    name: nameOf(user),
    // Slackbot does not say of itself that it is a bot.
    bot: user.is_bot === true || user.id === "USLACKBOT",
    guest: user.is_restricted === true || user.is_ultra_restricted === true,
    stranger: user.is_stranger === true || !here,
    deleted: user.deleted === true,
  };
}

/** What `usergroups.users.list` answers; Slack tells a disabled group's people too, unless it is asked not to. */
const usergroupUsers = z.object({ users: z.array(z.string()) });

export function createSlackPeople(options: {
  readonly client: SlackClient;
  readonly context: Context;
}): Pick<SlackPort, "person" | "usergroupMembers"> {
  const { client, context } = options;
  const people = createShortMemory<SlackPerson>(context, { forMs: rememberMs, most: mostRemembered });
  const groups = createShortMemory<UsergroupMembers>(context, { forMs: rememberMs, most: mostRemembered });

  async function ask(team: string, id: string): Promise<SlackPerson> {
    const own = await client.identity();
    try {
      const { user } = await client.call("users.info", { user: id }, usersInfo);
      return describe(user, own, team);
    } catch (error) {
      if (!(error instanceof SlackRefusal) || !unknownCodes.includes(error.slackCode)) throw error;
      return { id, name: id, bot: false, guest: false, stranger: true, deleted: false };
    }
  }

  async function askGroup(usergroup: string): Promise<UsergroupMembers> {
    const { team, wholeOrganisation } = await client.identity();
    // A group belongs to one workspace, and the names in a pipeline file do not say to which of them.
    if (wholeOrganisation) throw new OutsideError("a user group cannot be read with the token of a whole organisation");
    const { users } = await client.call("usergroups.users.list", { usergroup }, usergroupUsers);
    return { team, slackUsers: users };
  }

  return {
    person: (team, id, fresh) => people.get(`${team}/${id}`, () => ask(team, id), fresh),
    usergroupMembers: (usergroup, fresh) => groups.get(usergroup, () => askGroup(usergroup), fresh),
  };
}
