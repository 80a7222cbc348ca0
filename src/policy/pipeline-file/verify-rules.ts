/** What the keys of one verification must not say of each other. */
import { nearest } from "../nearest.ts";
import { deploymentPlaces } from "../value-template.ts";
import { checkMistakes } from "./deployers/check.ts";
import { readDuration } from "./duration.ts";
import { isMap, quoted, shown, valueAt } from "./found.ts";
import type { Path } from "./places.ts";
import type { Finding } from "./shape-mistakes.ts";
import { name as stageName } from "./shape-parts.ts";
import { verifierForms, verifierShape } from "./shape-verify.ts";
import { probeKinds } from "./stage-entries.ts";
import { templateMistakes } from "./template-rules.ts";

export function verifierMistakes(path: Path, value: unknown, environment: unknown): readonly Finding[] {
  const key = String(path.at(-1));
  const isListed = typeof path.at(-2) === "number";
  if (isListed && probeKinds.includes(key)) return probeMistakes(path, value, environment);
  const misnamed: readonly Finding[] =
    !isListed || stageName.test(key)
      ? []
      : [{ path, at: "key", found: quoted(key), expected: "a stage's name: letters, digits, - _ and ." }];
  if (!isMap(value)) return misnamed;
  const asks = ["run", ...probeKinds, "check"].filter((kind) => value[kind] !== undefined);
  return [
    ...misnamed,
    ...choiceMistakes(path, value, asks),
    ...probeKinds.flatMap((kind) => probeMistakes([...path, kind], value[kind], environment)),
    ...checkMistakes(path, value),
  ];
}

function choiceMistakes(path: Path, value: Readonly<Record<string, unknown>>, asks: readonly string[]) {
  const found = shown(value);
  const mistake = (expected: string): Finding => ({ path, at: "value", found, expected });
  if (asks.length > 1) return [mistake(`only one of ${asks.join(", ")}`)];
  if (value["confirm"] !== undefined && !asks.includes("run")) {
    const at: Finding = {
      path: [...path, "confirm"],
      at: "key",
      found: "confirm",
      expected: "confirm only beside run",
    };
    return [at];
  }
  // With a key that is not known, that key is the mistake.
  const others = Object.keys(value).some((key) => !Object.hasOwn(verifierShape, key));
  return asks.length > 0 || others ? [] : [mistake(verifierForms)];
}

function probeMistakes(path: Path, probe: unknown, environment: unknown): readonly Finding[] {
  if (!isMap(probe)) return [];
  return [...boundMistakes(path, probe), ...placeMistakes(path, probe), ...timeMistakes(path, probe, environment)];
}

const bounds = ["below", "above", "at_most", "at_least"];

function boundMistakes(path: Path, probe: Readonly<Record<string, unknown>>): readonly Finding[] {
  if (path.at(-1) !== "prometheus" || bounds.some((key) => probe[key] !== undefined)) return [];
  // With a key that is not known, that key is the mistake.
  if (Object.keys(probe).some((key) => nearest(key, bounds) !== undefined)) return [];
  return [{ path, at: "value", found: shown(probe), expected: `a bound: one of ${bounds.join(", ")}` }];
}

function placeMistakes(path: Path, probe: Readonly<Record<string, unknown>>): readonly Finding[] {
  const known = path[0] === "demos" ? [...deploymentPlaces, "slug"] : deploymentPlaces;
  return ["url", "contains", "query"].flatMap((key) => templateMistakes([...path, key], probe[key], known));
}

/** What has to hold for longer than there is time for could never succeed. */
function timeMistakes(path: Path, probe: Readonly<Record<string, unknown>>, environment: unknown): readonly Finding[] {
  const read = (value: unknown) => (typeof value === "string" ? readDuration(value) : undefined);
  const holds = read(probe["for"]);
  const timeout = read(valueAt(environment, ["timeout"])) ?? 3_600_000;
  const within = read(probe["within"]);
  const found: Finding[] = [];
  if (within !== undefined && within > timeout) {
    const expected = "a time that is not longer than the environment's timeout";
    found.push({ path: [...path, "within"], at: "value", found: shown(probe["within"]), expected });
  }
  if (holds !== undefined && holds >= Math.min(within ?? timeout, timeout)) {
    const limit = within === undefined ? "the environment's timeout" : "`within`";
    found.push({ path: [...path, "for"], at: "value", found: shown(probe["for"]), expected: `less than ${limit}` });
  }
  return found;
}
