/** Which keys may stand at a place of the file. */
import { actionsShape } from "./deployers/actions.ts";
import { deploymentShape } from "./deployers/deployment.ts";
import { gitlabShape } from "./deployers/gitlab.ts";
import { pinShape } from "./deployers/pin.ts";
import {
  approvalsShape,
  demoShape,
  environmentShape,
  fileShape,
  hotfixShape,
  pullRequestsShape,
  rollbackShape,
  serviceShape,
  windowShape,
} from "./schema.ts";
import { announcementShape, grafanaShape, sentryShape, webhookShape } from "./shape-announce.ts";
import { scheduleShape } from "./shape-branches.ts";
import { deployerShape, httpShape } from "./shape-stages.ts";
import { probeShape, prometheusShape, verifierShape } from "./shape-verify.ts";
import { versionFromShape, versionsShape } from "./shape-versions.ts";

export type Path = readonly (string | number)[];

/** A `*` stands for any one part of a path. */
type Place = { readonly at: Path; readonly keys: readonly string[] };

const deployer = {
  keys: Object.keys(deployerShape),
} as const;

const http = { keys: Object.keys(httpShape) } as const;
const verifier = { keys: Object.keys(verifierShape) } as const;
const probe = { keys: Object.keys(probeShape) } as const;
const prometheus = { keys: Object.keys(prometheusShape) } as const;

/** Deployers with keys of their own. */
const inDeployers = [
  ["http", http],
  ["deployment", { keys: Object.keys(deploymentShape) }],
  ["actions", { keys: Object.keys(actionsShape) }],
  ["gitlab", { keys: Object.keys(gitlabShape) }],
  ["pin", { keys: Object.keys(pinShape) }],
] as const;

const places: readonly Place[] = [
  { at: [], keys: Object.keys(fileShape) },
  {
    at: ["pull_requests"],
    keys: Object.keys(pullRequestsShape),
  },
  {
    at: ["versions"],
    keys: Object.keys(versionsShape),
  },
  { at: ["versions", "from"], keys: Object.keys(versionFromShape) },
  { at: ["versions", "files", "*"], keys: Object.keys(versionFromShape) },
  {
    at: ["environments", "*"],
    keys: Object.keys(environmentShape),
  },
  { at: ["environments", "*", "approvals"], keys: Object.keys(approvalsShape) },
  { at: ["environments", "*", "window"], keys: Object.keys(windowShape) },
  { at: ["environments", "*", "hotfix"], keys: Object.keys(hotfixShape) },
  { at: ["environments", "*", "schedule"], keys: Object.keys(scheduleShape) },
  { at: ["environments", "*", "rollback"], keys: Object.keys(rollbackShape) },
  { at: ["environments", "*", "announce", "*"], keys: Object.keys(announcementShape) },
  { at: ["environments", "*", "announce", "*", "grafana"], keys: Object.keys(grafanaShape) },
  { at: ["environments", "*", "announce", "*", "sentry"], keys: Object.keys(sentryShape) },
  { at: ["environments", "*", "announce", "*", "webhook"], keys: Object.keys(webhookShape) },
  { at: ["environments", "*", "deploy"], ...deployer },
  { at: ["environments", "*", "deploy", "*", "*"], ...deployer },
  ...inDeployers.flatMap(([key, inside]): readonly Place[] => [
    { at: ["environments", "*", "deploy", key], ...inside },
    { at: ["environments", "*", "deploy", "*", "*", key], ...inside },
  ]),
  { at: ["environments", "*", "verify"], ...verifier },
  { at: ["environments", "*", "verify", "http"], ...probe },
  { at: ["environments", "*", "verify", "prometheus"], ...prometheus },
  { at: ["environments", "*", "verify", "*", "http"], ...probe },
  { at: ["environments", "*", "verify", "*", "prometheus"], ...prometheus },
  { at: ["environments", "*", "verify", "*", "*"], ...verifier },
  { at: ["environments", "*", "verify", "*", "*", "http"], ...probe },
  { at: ["environments", "*", "verify", "*", "*", "prometheus"], ...prometheus },
];

/** In a demo stands what would stand in an environment of that name; what destroys it is written like what deploys it. */
const demos: Place = { at: ["demos"], keys: Object.keys(demoShape) };

const service: Place = { at: ["services", "*"], keys: Object.keys(serviceShape) };

/** What stands in a service stands there as it would in the whole file. */
export function placeAt(path: Path): Place | undefined {
  if (path[0] === "services" && path.length > 2) return placeAt(path.slice(2));
  if (path[0] === "services" && path.length === 2) return service;
  if (path[0] === "demos" && path.length === 1) return demos;
  if (path[0] === "demos") {
    return placeAt(["environments", "*", path[1] === "destroy" ? "deploy" : (path[1] ?? ""), ...path.slice(2)]);
  }
  return places.find(({ at }) => at.length === path.length && at.every((part, i) => part === "*" || part === path[i]));
}

/** `environments.staging.deploy[0].build`; the whole file is `(file)`. */
export function pathText(path: Path): string {
  const parts = path.map((part, i) => (typeof part === "number" ? `[${part}]` : i === 0 ? part : `.${part}`));
  return parts.join("") || "(file)";
}
