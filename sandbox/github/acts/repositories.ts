/** Makes repositories, and the App's installation on their owner. */
import { join } from "node:path";
import type { SandboxGitHub } from "../../contract.ts";
import { createBareRepository, noCommit } from "../git/bare-repository.ts";
import { writeCommit } from "../git/writing.ts";
import type { Hub } from "../hub/hub.ts";
import type { Account, Installation, Repository } from "../hub/state.ts";
import { accountJson } from "../render/account.ts";
import { installationJson, installedRepositoryJson } from "../render/repository.ts";
import { moveRefs, signatureOf } from "./refs.ts";

const usualBranch = "main";

export async function createRepository(
  hub: Hub,
  fullName: string,
  options: Parameters<SandboxGitHub["createRepository"]>[1],
): Promise<Repository> {
  const { files, requiredChecks, defaultBranch = usualBranch } = options;
  const [ownerName = "", name = "", ...rest] = fullName.split("/");
  if (!/^[\w-]+$/.test(ownerName) || !/^[\w.-]+$/.test(name) || /^\.\.?$/.test(name) || rest.length > 0) {
    throw new Error(`"${fullName}" is no name for a repository; it should read owner/name.`);
  }
  if (hub.repositories.has(fullName.toLowerCase())) throw new Error(`The repository ${fullName} is there already.`);
  const owner = hub.owner(ownerName);
  const git = await createBareRepository(join(hub.folder, ownerName, `${name}.git`), defaultBranch);
  const repository: Repository = {
    id: hub.nextId(),
    owner,
    name,
    fullName,
    defaultBranch,
    git,
    issues: new Map(),
    nextNumber: 1,
    checkRuns: new Map(),
    checkSuites: new Map(),
    statuses: [],
    deployments: new Map(),
    releases: new Map(),
    runs: new Map(),
    actions: { runs: new Map(), workflows: new Map() },
    mergeQueue: [],
    requiredChecks: new Map(requiredChecks === undefined ? [] : [[defaultBranch, requiredChecks]]),
    restrictedTags: undefined,
    createdAt: hub.now(),
    pushedAt: hub.now(),
  };
  hub.repositories.set(fullName.toLowerCase(), repository);
  const by = firstAdmin(hub, owner);
  install(hub, repository, by);
  await git.exclusive(async () => {
    const sha = await writeCommit(git, {
      parent: undefined,
      changes: Object.entries(files).map(([path, content]) => fileWrite(path, content)),
      message: "Initial commit",
      author: signatureOf(hub, by),
    });
    await moveRefs(hub, repository, by, [{ ref: `refs/heads/${defaultBranch}`, before: noCommit, after: sha }]);
  });
  return repository;
}

/** A file that begins with `#!` is a program, so that a sample's scripts can be run. */
export function fileWrite(path: string, content: string | null) {
  return {
    path,
    content: content === null ? null : Buffer.from(content),
    executable: content?.startsWith("#!") ?? false,
  };
}

function firstAdmin(hub: Hub, owner: Account): Account {
  return hub.people.find((account) => account.permission === "admin") ?? owner;
}

function install(hub: Hub, repository: Repository, by: Account): void {
  const known = [...hub.installations.values()].find(({ account }) => account === repository.owner);
  const installation: Installation = known ?? {
    id: hub.nextId(),
    account: repository.owner,
    repositories: [],
    suspended: false,
    createdAt: hub.now(),
  };
  hub.installations.set(installation.id, installation);
  installation.repositories.push(repository);
  const told = [installedRepositoryJson(repository)];
  const common = { installation: installationJson(hub, installation), sender: accountJson(hub, by), requester: null };
  const added = { repository_selection: "selected", repositories_added: told, repositories_removed: [] };
  hub.send({
    name: known === undefined ? "installation" : "installation_repositories",
    action: known === undefined ? "created" : "added",
    installation,
    repository: undefined,
    payload:
      known === undefined
        ? { action: "created", ...common, repositories: told }
        : { action: "added", ...common, ...added },
  });
}
