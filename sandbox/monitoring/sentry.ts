/** Sentry's releases and their deploys. https://docs.sentry.io/api/releases/ */
import { z } from "zod";
import { jsonOf, type MonitoringAnswer, type MonitoringRequest } from "./exchange.ts";

const releaseShape = z.object({
  version: z.string().min(1),
  ref: z.string().optional(),
  projects: z.array(z.string()).min(1),
  dateReleased: z.string().optional(),
});
const deployShape = z.object({
  environment: z.string().min(1),
  name: z.string().optional(),
  url: z.string().optional(),
  dateStarted: z.string().optional(),
  dateFinished: z.string().optional(),
});

type Deploy = z.output<typeof deployShape> & { readonly id: string };
export type Release = z.output<typeof releaseShape> & { readonly deploys: readonly Deploy[] };

const releasesPath = /^\/api\/0\/organizations\/[^/]+\/releases\/$/u;
const deploysPath = /^\/api\/0\/organizations\/[^/]+\/releases\/([^/]+)\/deploys\/$/u;
const notFound = { status: 404, body: { detail: "The requested resource does not exist" } };

export function createSentry(token: string, changed: () => void) {
  const releases = new Map<string, z.output<typeof releaseShape>>();
  const deploys = new Map<string, Deploy[]>();
  let lastId = 0;

  /** A release that is there already is answered with 208 and not made again. */
  function makeRelease(body: string): MonitoringAnswer {
    const read = releaseShape.safeParse(jsonOf(body));
    if (!read.success) return { status: 400, body: { detail: "Invalid release" } };
    const isNew = !releases.has(read.data.version);
    if (isNew) releases.set(read.data.version, read.data);
    changed();
    return { status: isNew ? 201 : 208, body: releases.get(read.data.version) };
  }

  function makeDeploy(version: string, body: string): MonitoringAnswer {
    const read = deployShape.safeParse(jsonOf(body));
    if (!read.success) return { status: 400, body: { detail: "Invalid deploy" } };
    lastId += 1;
    const made = { ...read.data, id: String(lastId) };
    deploys.set(version, [...(deploys.get(version) ?? []), made]);
    changed();
    return { status: 201, body: made };
  }

  return {
    releases: (): readonly Release[] =>
      [...releases.values()].map((one) => ({ ...one, deploys: deploys.get(one.version) ?? [] })),
    async answer({ method, path, authorization, body }: MonitoringRequest): Promise<MonitoringAnswer> {
      if (authorization !== `Bearer ${token}`) return { status: 401, body: { detail: "Invalid token" } };
      if (releasesPath.test(path) && method === "POST") return makeRelease(body);
      const version = decodeURIComponent(deploysPath.exec(path)?.[1] ?? "");
      if (!releases.has(version)) return notFound;
      if (method === "POST") return makeDeploy(version, body);
      return { status: 200, body: deploys.get(version) ?? [] };
    },
  };
}
