/**
 * What one key of a pipeline file says of another. The rules look at the file without trusting its shape, so that they
 * and the schema report everything at once.
 */
import { nearest } from "../nearest.ts";
import { deployVerbs } from "../verbs.ts";
import { branchMistakes } from "./branch-rules.ts";
import { demoMistakes } from "./demo-rules.ts";
import { checkNameMistakes } from "./deployers/check.ts";
import { entriesOf, isMap, itemsOf, listed, quoted, valueAt } from "./found.ts";
import { countMistakes, groupMistakes, peopleMistakes } from "./people-rules.ts";
import type { Path } from "./places.ts";
import { serviceMistakes } from "./service-rules.ts";
import { announcementMistakes } from "./shape-announce.ts";
import type { Finding } from "./shape-mistakes.ts";
import { isProduction, stageEntries } from "./stage-entries.ts";
import { secretMistakes, stageMistakes } from "./stage-rules.ts";
import { timingMistakes } from "./timing-rules.ts";
import { bumpMistakes, versionMistakes } from "./version-rules.ts";

/** Words that commands begin with: an environment of that name could never be named. */
export const reservedNames = [...deployVerbs, "of", "to", "all"] as const;

export function ruleMistakes(data: unknown): readonly Finding[] {
  return [...serviceMistakes(data, ofService), ...groupMistakes(data), ...bumpMistakes(data)];
}

/** The rules of one service, in a file that is about nothing else. */
function ofService(data: unknown): readonly Finding[] {
  const environments = entriesOf(valueAt(data, ["environments"]));
  const names = environments.map(([name]) => name);
  return [
    ...environments.flatMap(([name, environment], i) => [
      ...nameMistakes(name, names.slice(0, i)),
      ...afterMistakes(name, environment, names, i),
      ...itemsOf(valueAt(environment, ["checks"])).flatMap((check, j) =>
        checkNameMistakes(["environments", name, "checks", j], check),
      ),
      ...approvalMistakes(name, environment, data),
      ...peopleMistakes(["environments", name, "who"], valueAt(environment, ["who"]), data),
      ...peopleMistakes(["environments", name, "hotfix", "from"], valueAt(environment, ["hotfix", "from"]), data),
      ...timingMistakes(name, environment, i),
      ...branchMistakes(name, environment, environments.slice(0, i)),
      ...stageMistakes(["environments", name], environment, ["deploy", "verify"]),
      ...rollbackMistakes(name, environment),
      ...announcementMistakes(name, environment),
      ...secretMistakes(["environments", name], environment),
    ]),
    ...demoMistakes(data, environments),
    ...versionMistakes(data),
  ];
}

function nameMistakes(name: string, above: readonly string[]): readonly Finding[] {
  const path = ["environments", name];
  const lower = name.toLowerCase();
  if (lower === "ready") {
    return [
      { path, at: "key", found: quoted(name), expected: "another name: signalbox/ready is the check of pull requests" },
    ];
  }
  if (reservedNames.some((word) => word === lower)) {
    return [{ path, at: "key", found: quoted(name), expected: "another name: this word is a command's" }];
  }
  if (/^(?:0|[1-9]\d*)$/u.test(name)) {
    // Whole numbers come before all other keys of an object, and the order of environments is that of promotion.
    const expected = "a name with a letter: numbers alone lose their place in the order";
    return [{ path, at: "key", found: quoted(name), expected }];
  }
  const twin = above.find((other) => other.toLowerCase() === lower);
  if (twin === undefined) return [];
  return [{ path, at: "key", found: quoted(name), expected: `a name that differs from ${twin} in more than case` }];
}

function afterMistakes(
  name: string,
  environment: unknown,
  names: readonly string[],
  position: number,
): readonly Finding[] {
  const after = valueAt(environment, ["after"]);
  const above = names.slice(0, position);
  if (typeof after !== "string" || above.includes(after)) return [];
  // Only what stands above may be named, so no circle can arise.
  const choices = above.length === 0 ? "nothing: this is the first environment" : `one of ${listed(above)}`;
  const near = nearest(after, above);
  const where = names.includes(after) ? `${quoted(after)}, which does not stand above` : quoted(after);
  return [
    {
      path: ["environments", name, "after"],
      at: "value",
      found: where,
      expected: choices,
      ...(near === undefined ? {} : { nearest: near }),
    },
  ];
}

function approvalMistakes(name: string, environment: unknown, data: unknown): readonly Finding[] {
  const path: Path = ["environments", name, "approvals"];
  const approvals = valueAt(environment, ["approvals"]);
  if (isMap(environment) && approvals === undefined && isProduction(name, environment)) {
    const expected = "approvals, or `approvals: off`, because this environment is production";
    return [{ path, at: "key", found: "nothing", expected }];
  }
  const from = valueAt(approvals, ["from"]);
  const people = peopleMistakes([...path, "from"], from, data);
  // How many may approve is only known once all the names are right.
  return people.length > 0 ? people : countMistakes(path, approvals, data);
}

function rollbackMistakes(name: string, environment: unknown): readonly Finding[] {
  const at: Path = ["environments", name];
  const deploy = valueAt(environment, ["deploy"]);
  const stages = stageEntries([...at, "deploy"], deploy).map((stage) => stage.name);
  if (stages.length === 0) return [];
  const written = valueAt(environment, ["rollback", "stages"]);
  if (written === undefined) {
    if (stages.some((stage) => stage !== "migrate")) return [];
    const expected = "a stage besides migrate, or the stages of a rollback: a rollback leaves migrate out";
    return [{ path: [...at, "deploy"], at: "value", found: "only migrate", expected }];
  }
  return itemsOf(written).flatMap((stage, i): readonly Finding[] => {
    if (typeof stage !== "string" || stages.includes(stage)) return [];
    const near = nearest(stage, stages);
    return [
      {
        path: [...at, "rollback", "stages", i],
        at: "value",
        found: quoted(stage),
        expected: `one of the deploy stages: ${listed(stages)}`,
        ...(near === undefined ? {} : { nearest: near }),
      },
    ];
  });
}
