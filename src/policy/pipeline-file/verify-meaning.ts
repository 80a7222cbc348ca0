/** What `verify` means: its stages in order, probes with names of their own. */
import type { StageDefinition } from "../pipeline.ts";
import { readCheck } from "./deployers/check.ts";
import { duration, given } from "./meaning-parts.ts";
import type { VerifyEntry } from "./schema.ts";
import type { Probe, PrometheusProbe, Verifier } from "./shape-verify.ts";
import { stageEntries } from "./stage-entries.ts";

export function verifyStages(entry: VerifyEntry): readonly StageDefinition[] {
  const deployers = Array.isArray(entry) ? entry.flatMap(inItem) : [verifierOf(entry)];
  const names = stageEntries(["verify"], entry).map(({ name }) => name);
  return deployers.map((deployer, i) => ({ name: names[i] ?? "verify", deployer, changesEnvironment: false }));
}

type Item = Exclude<VerifyEntry, string | Verifier>[number];

function inItem(item: Item): readonly StageDefinition["deployer"][] {
  if (item.http !== undefined) return [probeOf(item.http)];
  if (item.prometheus !== undefined) return [prometheusOf(item.prometheus)];
  const { http: _, prometheus: __, ...named } = item;
  return Object.values(named).map(verifierOf);
}

function verifierOf(entry: string | Verifier): StageDefinition["deployer"] {
  if (typeof entry === "string") return { kind: "run", run: entry };
  if (entry.http !== undefined) return probeOf(entry.http);
  if (entry.prometheus !== undefined) return prometheusOf(entry.prometheus);
  if (entry.check !== undefined) return readCheck(entry.check);
  // The rules have refused an entry with none of them.
  return { kind: "run", run: entry.run ?? "", ...given("confirm", entry.confirm) };
}

function holding(entry: Pick<Probe, "for" | "within">) {
  return { holds: duration(entry.for) ?? 0, ...given("within", duration(entry.within)) };
}

function probeOf(entry: Probe): StageDefinition["deployer"] {
  const { url, status = 200, contains } = entry;
  return { kind: "probe", url, status, ...given("contains", contains), ...holding(entry) };
}

function prometheusOf(entry: PrometheusProbe): StageDefinition["deployer"] {
  const { url, query, below, above, at_most: atMost, at_least: atLeast } = entry;
  const bounds = {
    ...given("below", below),
    ...given("above", above),
    ...given("atMost", atMost),
    ...given("atLeast", atLeast),
  };
  return { kind: "prometheus", url, query, bounds, ...holding(entry) };
}
