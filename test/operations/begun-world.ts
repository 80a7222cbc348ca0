/**
 * What many tests begin with is done by the operations themselves the first time in a process. After that the rows that
 * they left are put back (`harness/kept-rows.ts`), and what the fakes beside the database then remembered.
 *
 * That is the same where two worlds that begin alike become alike, and they do: time stands still, ids come from a seed,
 * numbers from sequences that start again. The pipeline file and the `begin` are all that they can differ by.
 * `begun-world.test.ts` compares such worlds, also in what they become.
 */
import type { TestDatabase } from "../harness/database.ts";
import type { KeptRows } from "../harness/kept-rows.ts";
import type { World } from "./world.ts";

/**
 * Done once the repository is known. It is one function of a test file (made anew for each test, it is done each time),
 * does the same each time, changes nothing but what the world itself holds, and leaves nothing under way.
 */
export type Begin = (world: World) => Promise<void>;

type Kept = { readonly rows: KeptRows; readonly time: number; readonly remembered: readonly object[] };

/** By the pipeline file. */
const kept = new WeakMap<Begin, Map<string | undefined, Kept>>();

type Beginning = {
  readonly world: World;
  readonly database: TestDatabase;
  /** Everything that remembers something, the world and its clock aside, always in the same order. */
  readonly remembering: readonly object[];
  readonly begin: Begin;
  readonly build: (begin: Begin) => Promise<void>;
};

export async function begun({ world, database, remembering, begin, build }: Beginning): Promise<void> {
  const files = kept.get(begin) ?? new Map<string | undefined, Kept>();
  kept.set(begin, files);
  const { file } = world.github;
  const known = files.get(file);
  if (known !== undefined) {
    await database.put(known.rows);
    await world.clock.advanceTo(known.time);
    for (const [index, part] of remembering.entries()) recall(part, known.remembered[index] ?? {});
    return;
  }
  await build(begin);
  if (world.clock.waiting > 0) throw new Error("what tests begin with left a timer set, which cannot be kept");
  files.set(file, {
    rows: await database.rows(),
    time: world.clock.now(),
    remembered: remembering.map(rememberedBy),
  });
}

/** What stands in it as plain data. The rest, functions and what it refers to, nobody changes while a world begins. */
export function rememberedBy(part: object): object {
  const isData = (value: unknown) =>
    Object(value) !== value || Array.isArray(value) || value instanceof Map || value instanceof Set;
  return structuredClone(Object.fromEntries(Object.entries(part).filter(([, value]) => isData(value))));
}

function recall(part: object, remembered: object): void {
  for (const [name, value] of Object.entries(structuredClone(remembered))) {
    const present: unknown = Reflect.get(part, name);
    // Lists and maps stay the same ones: others hold them too.
    if (Array.isArray(present) && Array.isArray(value)) present.splice(0, present.length, ...value);
    else if (present instanceof Map && value instanceof Map) {
      present.clear();
      for (const [key, one] of value) present.set(key, one);
    } else if (present instanceof Set && value instanceof Set) {
      present.clear();
      for (const one of value) present.add(one);
    } else Reflect.set(part, name, value);
  }
}
