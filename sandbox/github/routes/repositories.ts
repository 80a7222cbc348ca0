/** Repositories, their branches, rules, collaborators and tags. */
import type { Hub } from "../hub/hub.ts";
import type { Repository } from "../hub/state.ts";
import { notFound, Problem } from "../problem.ts";
import { accountJson } from "../render/account.ts";
import { commitJson } from "../render/commit.ts";
import { repositoryJson, repositoryUrl } from "../render/repository.ts";
import { listAnswer, type Route, repositoryRoute } from "../server/route.ts";
import { findCommit } from "./revision.ts";

export function refsUnder(
  repository: Repository,
  prefix: string,
): readonly { readonly name: string; readonly sha: string }[] {
  return [...repository.git.refs]
    .filter(([ref]) => ref.startsWith(prefix))
    .map(([ref, sha]) => ({ name: ref.slice(prefix.length), sha }))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}

function requiredStatusChecks(hub: Hub, repository: Repository, branch: string) {
  const contexts = repository.requiredChecks.get(branch) ?? [];
  const url = `${repositoryUrl(hub, repository)}/branches/${encodeURIComponent(branch)}/protection/required_status_checks`;
  return {
    url,
    strict: false,
    contexts,
    contexts_url: `${url}/contexts`,
    checks: contexts.map((context) => ({ context, app_id: null })),
  };
}

export const repositoryRoutes: readonly Route[] = [
  repositoryRoute("GET", "", ({ repository, by }, hub) => ({
    body: {
      ...repositoryJson(hub, repository),
      permissions: { admin: by.permission === "admin", push: by.permission !== "read", pull: true },
      allow_merge_commit: true,
      allow_squash_merge: true,
      allow_rebase_merge: true,
    },
  })),
  repositoryRoute("GET", "/branches", (call, hub) => {
    const { repository } = call;
    const wanted = call.query.get("protected");
    const branches = refsUnder(repository, "refs/heads/").filter(
      ({ name }) => wanted === null || (wanted === "true") === repository.requiredChecks.has(name),
    );
    return listAnswer(hub, call, branches, ({ name, sha }) => ({
      name,
      commit: { sha, url: `${repositoryUrl(hub, repository)}/commits/${sha}` },
      protected: repository.requiredChecks.has(name),
    }));
  }),
  repositoryRoute("GET", "/branches/*branch/protection/required_status_checks", (call, hub) => {
    const branch = call.param("branch");
    if (!call.repository.git.refs.has(`refs/heads/${branch}`)) throw new Problem(404, "Branch not found");
    if (!call.repository.requiredChecks.has(branch)) throw new Problem(404, "Branch not protected");
    return { body: requiredStatusChecks(hub, call.repository, branch) };
  }),
  repositoryRoute("GET", "/branches/*branch/protection", (call, hub) => {
    const branch = call.param("branch");
    if (!call.repository.requiredChecks.has(branch)) throw new Problem(404, "Branch not protected");
    return {
      body: {
        url: `${repositoryUrl(hub, call.repository)}/branches/${encodeURIComponent(branch)}/protection`,
        required_status_checks: requiredStatusChecks(hub, call.repository, branch),
        enforce_admins: { enabled: false },
      },
    };
  }),
  repositoryRoute("GET", "/branches/*branch", async (call, hub) => {
    const { repository } = call;
    const name = call.param("branch");
    const sha = repository.git.refs.get(`refs/heads/${name}`);
    const commit = sha === undefined ? undefined : await repository.git.commit(sha);
    if (commit === undefined) throw new Problem(404, "Branch not found");
    const isProtected = repository.requiredChecks.has(name);
    const { contexts, checks } = requiredStatusChecks(hub, repository, name);
    const level = isProtected ? "non_admins" : "off";
    return {
      body: {
        name,
        commit: commitJson(hub, repository, commit),
        _links: {
          self: `${repositoryUrl(hub, repository)}/branches/${encodeURIComponent(name)}`,
          html: `${hub.url()}/${repository.fullName}/tree/${name}`,
        },
        protected: isProtected,
        protection: {
          enabled: isProtected,
          required_status_checks: { enforcement_level: level, contexts, checks },
        },
        protection_url: `${repositoryUrl(hub, repository)}/branches/${encodeURIComponent(name)}/protection`,
      },
    };
  }),
  repositoryRoute("GET", "/rules/branches/*branch", (call, hub) => {
    const { repository } = call;
    const contexts = repository.requiredChecks.get(call.param("branch"));
    const rules =
      contexts === undefined
        ? []
        : [
            {
              type: "required_status_checks",
              ruleset_source_type: "Repository",
              ruleset_source: repository.fullName,
              ruleset_id: repository.id,
              parameters: {
                strict_required_status_checks_policy: false,
                required_status_checks: contexts.map((context) => ({ context })),
              },
            },
          ];
    return listAnswer(hub, call, rules, (rule) => rule);
  }),
  repositoryRoute("GET", "/tags", (call, hub) => {
    const { repository } = call;
    const tags = refsUnder(repository, "refs/tags/").toReversed();
    return listAnswer(hub, call, tags, async ({ name }) => {
      const commit = await findCommit(repository, `refs/tags/${name}`);
      return {
        name,
        commit: { sha: commit?.sha, url: `${repositoryUrl(hub, repository)}/commits/${commit?.sha}` },
        zipball_url: null,
        tarball_url: null,
        node_id: name,
      };
    });
  }),
  repositoryRoute("GET", "/collaborators/:login/permission", (call, hub) => {
    const account = hub.account(call.param("login"));
    if (account === undefined) throw notFound();
    const role = account.permission ?? "none";
    return {
      body: {
        permission: role,
        role_name: role,
        user: {
          ...accountJson(hub, account),
          permissions: {
            admin: role === "admin",
            maintain: role === "admin",
            push: role === "admin" || role === "write",
            triage: role === "admin" || role === "write",
            pull: role !== "none",
          },
        },
      },
    };
  }),
  repositoryRoute("GET", "/collaborators/:login", (call, hub) => {
    if (hub.account(call.param("login"))?.permission === undefined) throw notFound();
    return { status: 204 };
  }),
];
