/**
 * What the App can reach, as GitHub says it now. It is told of in events that overtake one another, and handlers of two
 * of them may run at once; so what an event says is only a reason to ask, and whoever has stored an answer asks once
 * more, until it is still true.
 */
import type { GitHub } from "./client.ts";
import type { EventRepository } from "./events.ts";
import { orUndefined } from "./failures.ts";
import { listRepositories } from "./installations.ts";

/** An installation that changes faster than it can be read is left to the next event, or to the next start. */
const looksAtMost = 5;

export type ReachEvents = {
  readonly added: (repositories: readonly EventRepository[]) => Promise<void>;
  readonly repositoryRemoved: (id: number) => Promise<void>;
  readonly installationRemoved: (id: number) => Promise<void>;
};

/** Calls: 2, and 1 for each hundred repositories when the App is there. Errors: as the client. */
export async function followInstallation(github: GitHub, events: ReachEvents, id: number): Promise<void> {
  let told: boolean | undefined;
  for (let look = 0; look < looksAtMost; look += 1) {
    const active = await isActive(github, id);
    if (active === told) return;
    if (active) await events.added(await listRepositories(github, id));
    else await events.installationRemoved(id);
    told = active;
  }
}

/** The same for some repositories of an installation. Calls: 2 for each hundred that it has, and 2 more. */
export async function followRepositories(
  github: GitHub,
  events: ReachEvents,
  installationId: number,
  ids: readonly number[],
): Promise<void> {
  let told: string | undefined;
  for (let look = 0; look < looksAtMost; look += 1) {
    const all = (await isActive(github, installationId)) ? await listRepositories(github, installationId) : [];
    const reached = all.filter(({ id }) => ids.includes(id));
    const now = reached.map(({ id }) => id).join();
    if (now === told) return;
    for (const id of ids) if (!reached.some((one) => one.id === id)) await events.repositoryRemoved(id);
    if (reached.length > 0) await events.added(reached);
    told = now;
  }
}

async function isActive(github: GitHub, installationId: number): Promise<boolean> {
  const app = await github.app();
  const answer = await orUndefined(app.rest.apps.getInstallation({ installation_id: installationId }));
  return answer !== undefined && (answer.data.suspended_at ?? null) === null;
}
