/** A far side that keeps what was written to it, a state to render from, and engines that may be killed at any point. */
import { pino } from "pino";
import { OutsideError } from "../../src/operations/ports.ts";
import { createProjections, type ProjectionOptions, type Projections } from "../../src/projections/engine.ts";
import type { External, Surface } from "../../src/projections/surface.ts";
import { projectionKey, type SurfaceName, touch } from "../../src/projections/touch.ts";
import { testDatabase } from "../harness/database.ts";
import { recordedWake } from "../harness/recorded-wake.ts";
import { testContext } from "../harness/test-context.ts";

export const leaseMs = 60_000;

export async function openFarSide(surface: SurfaceName = "slack.message", more: Partial<Surface<string>> = {}) {
  const database = await testDatabase();
  const { context, clock, faults } = testContext();
  const { db } = database;
  const wake = recordedWake();
  /** What there is to show, by subject; what is not here is not to be shown (yet). */
  const state = new Map<string, string>();
  /** What stands on the far side, by its id there. */
  const things: { id: number; subject: string; text: string }[] = [];
  const writes: string[] = [];
  const followed: string[] = [];
  const results: string[] = [];
  const engines: Projections[] = [];
  const far = {
    refusal: undefined as OutsideError | undefined,
    refuseFollowing: false,
    /** Runs within a create, after the far side has it and before it has answered. */
    onCreate: undefined as (() => Promise<void>) | undefined,
  };
  const write = (what: string) => {
    if (far.refusal !== undefined) throw far.refusal;
    writes.push(what);
  };
  const face: Surface<string> = {
    surface,
    async render(subject) {
      const content = state.get(subject);
      return content === undefined ? undefined : { content };
    },
    async find(subject) {
      const thing = things.find((candidate) => candidate.subject === subject);
      return thing && { id: thing.id };
    },
    async create(subject, text) {
      write(`create ${subject}: ${text}`);
      const id = things.length + 1;
      things.push({ id, subject, text });
      await far.onCreate?.();
      return { id };
    },
    async update(external: External, text) {
      write(`update ${external["id"]}: ${text}`);
      const thing = things.find((candidate) => candidate.id === external["id"]);
      if (thing !== undefined) thing.text = text;
      return undefined;
    },
    ...more,
  };
  function engine(options: Partial<ProjectionOptions> = {}): Projections {
    const made = createProjections({
      context,
      log: pino({ level: "silent" }),
      db,
      surfaces: new Map([[surface, face]]),
      onCreated: async (_surface, subject) => {
        if (far.refuseFollowing) throw new OutsideError("nobody answers");
        followed.push(subject);
      },
      onWritten: (_surface, result) => void results.push(result),
      ...options,
    });
    engines.push(made);
    return made;
  }
  const key = (subject: string) => projectionKey(surface, subject);
  return {
    db,
    context,
    clock,
    faults,
    far,
    things,
    writes,
    followed,
    results,
    engine,
    key,
    /** The state moved: what is shown has to follow. */
    async set(subject: string, text: string, lane = "C1", name = surface) {
      state.set(subject, text);
      await db.transaction().execute((trx) => touch(trx, wake, { surface: name, subject, lane }));
    },
    hide: (subject: string) => void state.delete(subject),
    row: (subject: string, name: string = surface) =>
      db.selectFrom("projection").selectAll().where("key", "=", `${name}/${subject}`).executeTakeFirstOrThrow(),
    /** The process ends just there: what it had begun never goes on, and nothing that it would have tidied is tidied. */
    async killAt(point: string, run: () => Promise<unknown>) {
      faults.arm(point, () => new Promise<void>(() => undefined));
      const times = faults.reached.filter((name) => name === point).length;
      run().catch(() => undefined);
      await faults.passed(point, times + 1);
    },
    async close() {
      // Engines that were killed never end.
      await database.drop();
    },
  };
}

export type FarSide = Awaited<ReturnType<typeof openFarSide>>;
