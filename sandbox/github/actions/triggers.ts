/** Which events set workflows off, and for which refs. */
import { noCommit } from "../git/bare-repository.ts";
import type { Account, Repository } from "../hub/state.ts";
import type { Json } from "../render/account.ts";
import { type Events, fits } from "./workflow.ts";

export type Trigger = {
  readonly event: string;
  readonly ref: string;
  readonly sha: string;
  readonly payload: Json;
  readonly actor: Account;
};

type Told = { readonly trigger: Trigger; readonly listens: (events: Events) => boolean };

export function triggerOf(repository: Repository, event: string, actor: Account, payload: Json): Told | undefined {
  const text = (value: unknown) => (typeof value === "string" ? value : "");
  const inside = (value: unknown, key: string): unknown =>
    typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
  if (event === "push") {
    const ref = text(payload["ref"]);
    const sha = text(payload["after"]);
    if (sha === noCommit) return undefined;
    return {
      trigger: { event, ref, sha, payload, actor },
      listens: ({ push }) => push !== undefined && onRef(push, ref),
    };
  }
  if (event === "deployment") {
    const sha = text(inside(payload["deployment"], "sha"));
    const ref = text(inside(payload["deployment"], "ref"));
    const full = repository.git.refs.has(`refs/heads/${ref}`) ? `refs/heads/${ref}` : ref;
    return { trigger: { event, ref: full, sha, payload, actor }, listens: (events) => events.deployment !== undefined };
  }
  if (event === "pull_request" && ["opened", "synchronize", "reopened"].includes(text(payload["action"]))) {
    const pull = payload["pull_request"];
    const sha = text(inside(inside(pull, "head"), "sha"));
    const base = text(inside(inside(pull, "base"), "ref"));
    const ref = `refs/pull/${String(inside(pull, "number"))}/merge`;
    const listens = ({ pull_request: on }: Events) =>
      on !== undefined && (on?.branches === undefined || fits(on.branches, base));
    return { trigger: { event, ref, sha, payload, actor }, listens };
  }
  return undefined;
}

function onRef(filter: NonNullable<Events["push"]> | null, ref: string): boolean {
  if (filter === null || (filter.branches === undefined && filter.tags === undefined)) return true;
  const branch = /^refs\/heads\/(.+)$/su.exec(ref)?.[1];
  const tag = /^refs\/tags\/(.+)$/su.exec(ref)?.[1];
  if (branch !== undefined) return filter.branches !== undefined && fits(filter.branches, branch);
  return tag !== undefined && filter.tags !== undefined && fits(filter.tags, tag);
}
