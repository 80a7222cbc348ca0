/** What an owner does with the App's installation: suspend it, take it back, uninstall it. */
import type { Hub } from "../hub/hub.ts";
import type { Account, Installation } from "../hub/state.ts";
import { accountJson } from "../render/account.ts";
import { installationJson, installedRepositoryJson } from "../render/repository.ts";

export function installationOn(hub: Hub, owner: string): Installation {
  const found = [...hub.installations.values()].find(
    ({ account }) => account.login.toLowerCase() === owner.toLowerCase(),
  );
  if (found === undefined) throw new Error(`The App is not installed on ${owner}.`);
  return found;
}

export function changeInstallation(
  hub: Hub,
  installation: Installation,
  by: Account,
  action: "suspend" | "unsuspend" | "deleted",
): void {
  const repositories = installation.repositories.map(installedRepositoryJson);
  if (action === "deleted") hub.installations.delete(installation.id);
  installation.suspended = action === "suspend";
  hub.send({
    name: "installation",
    action,
    installation,
    repository: undefined,
    payload: { action, installation: installationJson(hub, installation), repositories, sender: accountJson(hub, by) },
  });
  // From here on the App sees nothing and hears nothing of them.
  if (action === "deleted") installation.repositories.length = 0;
  hub.changed();
}
