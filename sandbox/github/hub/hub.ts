/**
 * What every part of the sandbox's GitHub shares: the records, the accounts, the clock, ids, and the way out for
 * webhooks. It decides nothing itself.
 */
import type { Context } from "../../../src/context.ts";
import type { SandboxPerson } from "../../contract.ts";
import { notFound } from "../problem.ts";
import { accountJson, type Json } from "../render/account.ts";
import { repositoryJson } from "../render/repository.ts";
import type { Account, Installation, Issue, PullRequest, Repository } from "./state.ts";

export type AppIdentity = {
  readonly id: number;
  readonly slug: string;
  readonly name: string;
  readonly account: Account;
};

/** A webhook on its way out, before it has a delivery id. */
export type Event = {
  readonly name: string;
  readonly action: string | null;
  readonly installation: Installation | undefined;
  readonly repository: Repository | undefined;
  readonly payload: Json;
};

export type Hub = {
  readonly context: Context;
  readonly folder: string;
  readonly app: AppIdentity;
  /** `http://127.0.0.1:<port>`, known once the server listens. */
  url(): string;
  now(): number;
  nextId(): number;
  readonly repositories: Map<string, Repository>;
  readonly installations: Map<number, Installation>;
  /** `<organisation>/<slug>` → the logins of its members. */
  readonly teams: Map<string, readonly string[]>;
  account(login: string): Account | undefined;
  /** The account, made when there is none: owners of repositories are made by naming them. */
  owner(login: string): Account;
  accountByEmail(email: string): Account | undefined;
  person(login: string): Account;
  readonly people: readonly Account[];
  /** The account that stands for a CI. */
  readonly ci: Account;
  /** The account that workflows act as. */
  readonly actions: Account;
  repository(fullName: string): Repository;
  installationOf(repository: Repository): Installation | undefined;
  /** Sends a webhook about a repository. */
  emit(repository: Repository, name: string, sender: Account, payload: Json): void;
  send(event: Event): void;
  changed(): void;
};

/** Numbers that look like GitHub's, in an order that is the same in every run. */
const firstId = 41_000_000;

export function createHub(options: {
  readonly context: Context;
  readonly folder: string;
  readonly people: readonly SandboxPerson[];
  readonly url: () => string;
  readonly deliver: (event: Event) => void;
  /** Told of every event, whoever hears it outside. */
  readonly heard: (repository: Repository, event: string, sender: Account, payload: Json) => void;
  readonly changed: () => void;
}): Hub {
  let lastId = firstId;
  const nextId = () => {
    lastId += 1;
    return lastId;
  };
  const accounts = new Map<string, Account>();
  const byEmail = new Map<string, Account>();
  const repositories = new Map<string, Repository>();
  const installations = new Map<number, Installation>();

  function addAccount(
    login: string,
    type: Account["type"],
    more: { readonly name?: string; readonly permission?: "read" | "write" | "admin" } = {},
  ): Account {
    const id = nextId();
    const account: Account = {
      id,
      login,
      type,
      name: more.name ?? null,
      email: login === "web-flow" ? "noreply@github.com" : `${id}+${login}@users.noreply.github.com`,
      ...(more.permission === undefined ? {} : { permission: more.permission }),
    };
    accounts.set(login.toLowerCase(), account);
    byEmail.set(account.email, account);
    return account;
  }

  addAccount("web-flow", "User", { name: "GitHub" });
  const people = options.people.map(({ login, name, permission }) => addAccount(login, "User", { name, permission }));
  const app: AppIdentity = {
    id: 4_242,
    slug: "signalbox",
    name: "Signalbox",
    account: addAccount("signalbox[bot]", "Bot"),
  };

  const hub: Hub = {
    context: options.context,
    folder: options.folder,
    app,
    url: options.url,
    now: () => options.context.clock.now(),
    nextId,
    repositories,
    installations,
    teams: new Map(),
    account: (login) => accounts.get(login.toLowerCase()),
    owner: (login) => accounts.get(login.toLowerCase()) ?? addAccount(login, "Organization"),
    accountByEmail: (email) => byEmail.get(email),
    people,
    ci: addAccount("sandbox-ci[bot]", "Bot"),
    actions: addAccount("github-actions[bot]", "Bot", { permission: "write" }),
    person(login) {
      const account = accounts.get(login.toLowerCase());
      if (account === undefined || account.type === "Organization") {
        throw new Error(`The sandbox's GitHub has no person "${login}".`);
      }
      return account;
    },
    repository(fullName) {
      const repository = repositories.get(fullName.toLowerCase());
      if (repository === undefined) throw new Error(`The sandbox's GitHub has no repository "${fullName}".`);
      return repository;
    },
    installationOf: (repository) =>
      [...installations.values()].find((installation) => installation.repositories.includes(repository)),
    emit(repository, name, sender, payload) {
      options.heard(repository, name, sender, payload);
      const installation = hub.installationOf(repository);
      const { action } = payload;
      // An App hears nothing of a repository that it is not, or for the time not, installed on.
      if (installation === undefined || installation.suspended) return options.changed();
      options.deliver({
        name,
        action: typeof action === "string" ? action : null,
        installation,
        repository,
        payload: {
          ...payload,
          repository: repositoryJson(hub, repository),
          ...(repository.owner.type === "Organization"
            ? { organization: organizationJson(hub, repository.owner) }
            : {}),
          sender: accountJson(hub, sender),
          installation: installationReference(installation),
        },
      });
      options.changed();
    },
    send: options.deliver,
    changed: options.changed,
  };
  return hub;
}

export function nodeId(kind: string, id: number): string {
  return Buffer.from(`${kind}:${id}`).toString("base64url");
}

function installationReference(installation: Installation): Json {
  return { id: installation.id, node_id: nodeId("IntegrationInstallation", installation.id) };
}

function organizationJson(hub: Hub, account: Account): Json {
  const url = `${hub.url()}/orgs/${account.login}`;
  return {
    login: account.login,
    id: account.id,
    node_id: nodeId("Organization", account.id),
    url,
    repos_url: `${url}/repos`,
    events_url: `${url}/events`,
    hooks_url: `${url}/hooks`,
    issues_url: `${url}/issues`,
    members_url: `${url}/members{/member}`,
    public_members_url: `${url}/public_members{/member}`,
    avatar_url: `${hub.url()}/avatars/${account.id}`,
    description: "",
  };
}

export function issueOf(repository: Repository, number: number): Issue {
  const issue = repository.issues.get(number);
  if (issue === undefined) throw notFound();
  return issue;
}

export type PullIssue = Issue & { readonly pull: PullRequest };

export function isPull(issue: Issue): issue is PullIssue {
  return issue.pull !== undefined;
}

export function pullOf(repository: Repository, number: number): PullIssue {
  const issue = repository.issues.get(number);
  if (issue === undefined || !isPull(issue)) throw notFound();
  return issue;
}

export function pullsOf(repository: Repository): readonly PullIssue[] {
  return [...repository.issues.values()].filter(isPull);
}
