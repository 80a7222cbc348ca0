/** Accounts and times as GitHub writes them. */
import { type Hub, nodeId } from "../hub/hub.ts";
import type { Account } from "../hub/state.ts";

export type Json = Readonly<Record<string, unknown>>;

/** GitHub's times have whole seconds only. */
export function time(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}

export function timeOrNull(milliseconds: number | null): string | null {
  return milliseconds === null ? null : time(milliseconds);
}

export function accountJson(hub: Hub, account: Account): Json {
  const url = `${hub.url()}/users/${encodeURIComponent(account.login)}`;
  const page = account.type === "Bot" ? `apps/${account.login.replace("[bot]", "")}` : account.login;
  return {
    login: account.login,
    id: account.id,
    node_id: nodeId(account.type, account.id),
    avatar_url: `${hub.url()}/avatars/${account.id}`,
    gravatar_id: "",
    url,
    html_url: `${hub.url()}/${page}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: account.type,
    user_view_type: "public",
    site_admin: false,
  };
}

/** The permissions that the App was given, and the events that it hears. */
export const appPermissions: Json = {
  actions: "write",
  administration: "read",
  checks: "write",
  contents: "write",
  deployments: "write",
  issues: "write",
  members: "read",
  metadata: "read",
  pull_requests: "write",
  statuses: "read",
};

export const appEvents = [
  "check_run",
  "check_suite",
  "create",
  "delete",
  "deployment",
  "deployment_protection_rule",
  "deployment_status",
  "issue_comment",
  "issues",
  "merge_group",
  "pull_request",
  "pull_request_review",
  "push",
  "release",
  "status",
  "workflow_job",
  "workflow_run",
] as const;

export function appJson(hub: Hub, slug: string): Json {
  const mine = slug === hub.app.slug;
  const id = mine ? hub.app.id : 15_368;
  return {
    id,
    client_id: `Iv1.${slug}`,
    slug,
    node_id: nodeId("App", id),
    owner: accountJson(hub, hub.app.account),
    name: mine ? hub.app.name : slug,
    description: "",
    external_url: hub.url(),
    html_url: `${hub.url()}/apps/${slug}`,
    created_at: "2026-01-01T00:00:00Z",
    updated_at: "2026-01-01T00:00:00Z",
    permissions: appPermissions,
    events: appEvents,
  };
}
