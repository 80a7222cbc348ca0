/**
 * Who is in a team, as GitHub says: members of its child teams are among them. Calls: 1 for each hundred. The App needs
 * the permission `members: read` in the team's organisation, which has to be the one that owns the repository: the
 * installation that is asked is the repository's.
 */
import { OutsideError, type RepositoryRef } from "../../operations/ports.ts";
import { createShortMemory } from "../../short-memory.ts";
import type { GitHub } from "../client.ts";

const perPage = 100;
/** 2,000 people; of a larger team nobody could say who may approve. */
const mostPages = 20;
const rememberMs = 60_000;
const mostRemembered = 500;

/** Reads `org/slug`. */
export function createTeamReader(github: GitHub) {
  const memory = createShortMemory<readonly string[]>(github, { forMs: rememberMs, most: mostRemembered });
  return async (repository: RepositoryRef, team: string, fresh: boolean): Promise<readonly string[]> =>
    await memory.get(`${repository.installationId}/${team}`, () => readTeam(github, repository, team), fresh);
}

async function readTeam(github: GitHub, repository: RepositoryRef, team: string): Promise<readonly string[]> {
  const [org = "", slug = ""] = team.split("/");
  const octokit = await github.installation(repository.installationId);
  const logins: string[] = [];
  for (let page = 1; page <= mostPages; page++) {
    const { data } = await octokit.rest.teams.listMembersInOrg({ org, team_slug: slug, per_page: perPage, page });
    logins.push(...data.map(({ login }) => login));
    if (data.length < perPage) return logins;
  }
  throw new OutsideError(`the team ${team} has more than ${mostPages * perPage} members`);
}
