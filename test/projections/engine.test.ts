/** What people see follows the state: written once, by one writer, only when it changed, and never lost. */
import { afterEach, describe, expect, test } from "vitest";
import { OutsideError, Refusal } from "../../src/operations/ports.ts";
import { NotYet } from "../../src/projections/surface.ts";
import { presentWriter } from "../../src/projections/writer.ts";
import { type FarSide, leaseMs, openFarSide } from "./far-side.ts";

const open: FarSide[] = [];
async function openWith(...options: Parameters<typeof openFarSide>): Promise<FarSide> {
  const side = await openFarSide(...options);
  open.push(side);
  return side;
}
afterEach(async () => {
  await Promise.all(open.splice(0).map((side) => side.close()));
});

describe("one writer", () => {
  test("two engines that race for one row make one thing", async () => {
    const side = await openWith();
    await side.set("1/1", "hello");
    const engines = [side.engine(), side.engine(), side.engine()];
    await Promise.all(engines.map((engine) => engine.project(side.key("1/1"))));
    expect(side.writes).toEqual(["create 1/1: hello"]);
    expect(await side.row("1/1")).toMatchObject({ state: "idle", external: { id: 1 }, wanted: 1, shown: 1 });
  });

  test("while one writes, another leaves the row alone, and what changed meanwhile is written after", async () => {
    const side = await openWith();
    const [one, other] = [side.engine(), side.engine()];
    await side.set("1/1", "hello");
    side.far.onCreate = async () => {
      side.far.onCreate = undefined;
      await side.set("1/1", "hello again");
      await other.project(side.key("1/1"));
      expect(side.writes).toEqual(["create 1/1: hello"]);
    };
    await one.project(side.key("1/1"));
    await side.clock.advance(0);
    await one.stop();
    await side.engine().project(side.key("1/1"));
    expect(side.things).toEqual([{ id: 1, subject: "1/1", text: "hello again" }]);
    expect(side.writes).toEqual(["create 1/1: hello", "update 1: hello again"]);
  });

  test("whoever lost the lease writes nothing to the row; who took over has found what it made", async () => {
    const side = await openWith();
    const [slow, quick] = [side.engine(), side.engine()];
    await side.set("1/1", "hello");
    side.far.onCreate = async () => {
      side.far.onCreate = undefined;
      await side.clock.advance(leaseMs);
      await quick.project(side.key("1/1"));
      // The one who took over has adopted what stands there; the state moves on.
      await side.set("1/1", "later");
      await quick.project(side.key("1/1"));
    };
    await slow.project(side.key("1/1"));
    expect(side.things).toEqual([{ id: 1, subject: "1/1", text: "later" }]);
    expect(side.writes).toEqual(["create 1/1: hello", "update 1: hello", "update 1: later"]);
    expect(await side.row("1/1")).toMatchObject({ wanted: 2, shown: 2, attempts: 0, error: null, lease_until: null });
  });
});

describe("a creation of several calls", () => {
  /** The first to make it asks for so long before its call that writes, which then takes almost a whole lease. */
  const slowly = async (lookMs: number) => {
    let first = true;
    const side = await openWith("slack.message", {
      async create(subject, text) {
        const slow = first;
        first = false;
        if (slow) {
          await side.clock.advance(lookMs);
          await quick.project(side.key(subject));
        }
        await presentWriter()?.();
        if (slow) {
          await side.clock.advance(leaseMs - 1);
          await quick.project(side.key(subject));
        }
        side.writes.push(`create ${subject}: ${text}`);
        side.things.push({ id: 1, subject, text });
        return { id: 1 };
      },
    });
    const quick = side.engine();
    await side.set("1/1", "hello");
    await side.engine().project(side.key("1/1"));
    return side;
  };

  test("has a whole lease before each call that writes: nobody takes over meanwhile", async () => {
    const side = await slowly(50_000);
    expect(side.writes).toEqual(["create 1/1: hello"]);
    expect(await side.row("1/1")).toMatchObject({ state: "idle", external: { id: 1 }, attempts: 0 });
  });

  test("sends nothing more once another has taken over", async () => {
    const side = await slowly(leaseMs);
    expect(side.writes).toEqual(["create 1/1: hello"]);
    expect(side.results).toEqual(["created", "failed"]);
    expect(await side.row("1/1")).toMatchObject({ state: "idle", external: { id: 1 }, attempts: 0, error: null });
  });
});

describe("killed at", () => {
  test("projection.created, and then there is nothing to show for a while: what was made is found all the same", async () => {
    const side = await openWith();
    await side.set("1/1", "hello");
    await side.killAt("projection.created", () => side.engine().project(side.key("1/1")));
    side.hide("1/1");
    await side.clock.advance(leaseMs);
    await side.engine().project(side.key("1/1"));
    expect(await side.row("1/1")).toMatchObject({ state: "posting", wanted: 1, shown: 1, external: null });
    await side.set("1/1", "hello again");
    await side.engine().project(side.key("1/1"));
    expect(side.things).toEqual([{ id: 1, subject: "1/1", text: "hello again" }]);
    expect(await side.row("1/1")).toMatchObject({ state: "idle", wanted: 2, shown: 2 });
  });

  for (const point of ["projection.posting", "projection.created", "projection.followed"]) {
    test(`${point}: one thing stands, and it is followed up`, async () => {
      const side = await openWith();
      await side.set("1/1", "hello");
      await side.killAt(point, () => side.engine().project(side.key("1/1")));
      await side.set("1/1", "hello again");
      const next = side.engine();
      await next.project(side.key("1/1"));
      expect(side.things.length, "nobody writes before the lease is over").toBeLessThanOrEqual(1);
      await side.clock.advance(leaseMs);
      await next.project(side.key("1/1"));
      expect(side.things).toEqual([{ id: 1, subject: "1/1", text: "hello again" }]);
      expect(side.followed.at(-1)).toBe("1/1");
      expect(await side.row("1/1")).toMatchObject({ state: "idle", wanted: 2, shown: 2 });
    });
  }

  test("projection.updated: written again, and no second thing", async () => {
    const side = await openWith();
    await side.set("1/1", "hello");
    await side.engine().project(side.key("1/1"));
    await side.set("1/1", "more");
    await side.killAt("projection.updated", () => side.engine().project(side.key("1/1")));
    await side.clock.advance(leaseMs);
    await side.engine().project(side.key("1/1"));
    expect(side.writes).toEqual(["create 1/1: hello", "update 1: more", "update 1: more"]);
    expect(side.things).toHaveLength(1);
  });

  test("what follows once it is shown comes again where it failed, though nothing is written again", async () => {
    const side = await openWith();
    await side.set("1/1", "hello");
    await side.engine().project(side.key("1/1"));
    await side.set("1/1", "more");
    const failing = side.engine({ onShown: () => Promise.reject(new Error("nobody answers")) });
    await failing.project(side.key("1/1"));
    await failing.stop();
    await side.clock.advance(1_000);
    const shown: string[] = [];
    await side.engine({ onShown: async (_surface, subject) => void shown.push(subject) }).project(side.key("1/1"));
    expect(shown).toEqual(["1/1"]);
    expect(side.writes).toEqual(["create 1/1: hello", "update 1: more"]);
  });

  test("what follows a refusal comes once that is written down, and again with the next", async () => {
    const side = await openWith();
    const told: number[] = [];
    const engine = side.engine({
      onRefused: async (_surface, subject) => {
        told.push((await side.row(subject)).refused);
        throw new Error("nobody answers");
      },
    });
    await side.set("1/1", "hello");
    for (const refusal of [new OutsideError("it does not answer"), new Refusal("no"), new Refusal("no")]) {
      side.far.refusal = refusal;
      await side.db.updateTable("projection").set({ look_at: null }).execute();
      await engine.project(side.key("1/1"));
    }
    await engine.stop();
    expect(told).toEqual([1, 2]);
  });

  test("what is said once is found and not said again", async () => {
    const side = await openWith("slack.note", {});
    await side.set("7", "said");
    await side.killAt("projection.created", () => side.engine().project(side.key("7")));
    await side.clock.advance(leaseMs);
    await side.engine().project(side.key("7"));
    expect(side.things).toEqual([{ id: 1, subject: "7", text: "said" }]);
  });

  test("what follows a creation is made good when it failed", async () => {
    const side = await openWith();
    const engine = side.engine();
    await side.set("1/1", "hello");
    side.far.refuseFollowing = true;
    await engine.project(side.key("1/1"));
    expect(side.followed).toEqual([]);
    side.far.refuseFollowing = false;
    await side.clock.advance(1_000);
    await engine.stop();
    await side.engine().project(side.key("1/1"));
    expect(side.followed).toEqual(["1/1"]);
    expect(side.writes).toEqual(["create 1/1: hello"]);
  });
});

describe("only what changed", () => {
  test("the same rendering is not written again", async () => {
    const side = await openWith();
    const engine = side.engine();
    await side.set("1/1", "hello");
    await engine.project(side.key("1/1"));
    await side.set("1/1", "hello");
    await engine.project(side.key("1/1"));
    await engine.project(side.key("1/1"));
    expect(side.writes).toEqual(["create 1/1: hello"]);
    expect(side.results).toEqual(["created", "unchanged"]);
    expect(await side.row("1/1")).toMatchObject({ wanted: 2, shown: 2 });
  });

  test("what is not to be shown yet is made when it is", async () => {
    const side = await openWith();
    const engine = side.engine();
    await side.set("1/1", "hidden");
    side.hide("1/1");
    await engine.project(side.key("1/1"));
    expect(side.things).toEqual([]);
    await side.set("1/1", "shown");
    await engine.project(side.key("1/1"));
    expect(side.things).toHaveLength(1);
  });
});

describe("pace", () => {
  test("two writes of the same thing keep their distance, and the wake between them is not lost", async () => {
    const side = await openWith("slack.message", { spacingMs: 1_000 });
    const engine = side.engine();
    await side.set("1/1", "one");
    await engine.project(side.key("1/1"));
    await side.clock.advance(300);
    await side.set("1/1", "two");
    await engine.project(side.key("1/1"));
    await side.set("1/1", "three");
    await engine.project(side.key("1/1"));
    expect(side.writes).toEqual(["create 1/1: one"]);
    await side.clock.advance(699);
    expect(side.clock.waiting).toBe(1);
    await side.clock.advance(1);
    await engine.stop();
    expect(side.writes).toEqual(["create 1/1: one", "update 1: three"]);
  });

  test("a wake whose time comes while it is looked at is not lost either", async () => {
    const side = await openWith("slack.message", { spacingMs: 1_000 });
    const engine = side.engine();
    await side.set("1/1", "one");
    await engine.project(side.key("1/1"));
    await side.clock.advance(999);
    await side.set("1/1", "two");
    const { now } = side.clock;
    let asked = 0;
    // Not due when the lease is asked for, and due when the row says until when it waits.
    Object.assign(side.clock, { now: () => now() + (asked++ === 0 ? 0 : 2) });
    await engine.project(side.key("1/1"));
    await side.clock.advance(1);
    await engine.stop();
    expect(side.writes).toEqual(["create 1/1: one", "update 1: two"]);
  });

  test("without the timer, whoever sweeps next finds it", async () => {
    const side = await openWith("slack.message", { spacingMs: 1_000 });
    await side.set("1/1", "one");
    const engine = side.engine();
    await engine.project(side.key("1/1"));
    await side.set("1/1", "two");
    await engine.project(side.key("1/1"));
    await engine.stop();
    await side.clock.advance(1_000);
    await side.engine().project(side.key("1/1"));
    expect(side.things[0]?.text).toBe("two");
  });

  test("what is held waits until its time and is not counted as a failure", async () => {
    let until: number | undefined;
    const side = await openWith("slack.message", { heldUntil: () => until });
    const engine = side.engine();
    until = side.context.clock.now() + 5_000;
    await side.set("1/1", "hello");
    await engine.project(side.key("1/1"));
    expect(await side.row("1/1")).toMatchObject({ attempts: 0, state: "idle", lease_until: null });
    until = undefined;
    await side.clock.advance(5_000);
    await engine.stop();
    expect(side.things).toHaveLength(1);
  });
});

describe("failures", () => {
  test("tried again later and later, and shown as soon as it can be", async () => {
    const side = await openWith();
    const engine = side.engine();
    side.far.refusal = new OutsideError("Slack is down");
    await side.set("1/1", "hello");
    const waits: number[] = [];
    for (let attempt = 0; attempt < 11; attempt += 1) {
      await engine.project(side.key("1/1"));
      const row = await side.row("1/1");
      const wait = (row.look_at?.getTime() ?? 0) - side.context.clock.now();
      expect(row).toMatchObject({ attempts: attempt + 1, error: "Slack is down", lease_until: null, state: "posting" });
      waits.push(wait / 1_000);
      // Looked at too early, nothing is tried.
      await engine.project(side.key("1/1"));
      await side.db
        .updateTable("projection")
        .set({ look_at: new Date(side.context.clock.now()) })
        .execute();
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
    side.far.refusal = undefined;
    await engine.project(side.key("1/1"));
    expect(side.things).toHaveLength(1);
    expect(await side.row("1/1")).toMatchObject({ attempts: 0, error: null, look_at: null, state: "idle" });
  });

  test("by itself, when the time has come that the far side named", async () => {
    const side = await openWith();
    const engine = side.engine();
    const retryAt = side.context.clock.now() + 47_000;
    side.far.refusal = new OutsideError("slow down", { retryAt });
    await side.set("1/1", "hello");
    await engine.project(side.key("1/1"));
    expect((await side.row("1/1")).look_at?.getTime()).toBe(retryAt);
    side.far.refusal = undefined;
    await side.clock.advance(46_999);
    expect(side.things).toEqual([]);
    await side.clock.advance(1);
    await engine.stop();
    expect(side.things).toHaveLength(1);
  });

  test("a surface that nobody writes is named in its row and looked at again", async () => {
    const side = await openWith();
    await side.set("1", "hello", "C1", "github.news");
    await side.engine().project("github.news/1");
    const row = await side.row("1", "github.news");
    expect(row).toMatchObject({ error: "no face writes github.news", lease_until: null, shown: 0 });
    expect((row.look_at?.getTime() ?? 0) - side.context.clock.now()).toBe(5 * 60_000);
  });

  test("a key that nobody knows is nothing", async () => {
    const side = await openWith();
    await side.engine().project("slack.message/404/1");
    expect(side.writes).toEqual([]);
  });

  test("after it was stopped, an engine leaves no timer", async () => {
    const side = await openWith();
    const engine = side.engine();
    side.far.refusal = new OutsideError("down");
    await side.set("1/1", "hello");
    await engine.project(side.key("1/1"));
    expect(side.clock.waiting).toBe(1);
    await engine.stop();
    await side.db.updateTable("projection").set({ look_at: null }).execute();
    await engine.project(side.key("1/1"));
    expect(side.clock.waiting).toBe(0);
  });
});

describe("in order", () => {
  test("what is said in a lane is said in its order, whoever is woken first", async () => {
    const side = await openWith("slack.note", { inOrder: true });
    const engine = side.engine();
    for (const subject of ["8", "9", "10"]) await side.set(subject, `note ${subject}`);
    await side.set("3", "elsewhere", "C2");
    await engine.project(side.key("10"));
    await engine.project(side.key("9"));
    expect(side.writes).toEqual([]);
    await engine.project(side.key("8"));
    for (let round = 0; round < 3; round += 1) {
      await side.clock.advance(0);
      await engine.project("slack.note/none");
      for (const subject of ["8", "9", "10"]) await engine.project(side.key(subject));
    }
    await engine.stop();
    expect(side.writes).toEqual(["create 8: note 8", "create 9: note 9", "create 10: note 10"]);
  });

  test("one that is refused again and again holds up nobody for ever", async () => {
    const refused = new Refusal("invalid_blocks");
    const side = await openWith("slack.note", {
      inOrder: true,
      async create(subject) {
        if (subject === "8") throw refused;
        side.writes.push(subject);
        return { id: Number(subject) };
      },
    });
    const engine = side.engine();
    await side.set("8", "bad");
    await side.set("9", "good");
    for (let attempt = 0; attempt < 5; attempt += 1) {
      await engine.project(side.key("9"));
      expect(side.writes).toEqual([]);
      await side.db.updateTable("projection").set({ look_at: null }).where("subject", "=", "8").execute();
      await engine.project(side.key("8"));
    }
    await side.clock.advance(0);
    await engine.stop();
    expect(side.writes).toEqual(["9"]);
  });

  /** `8` cannot be written for `tries` tries with this error, then it can. */
  async function triedInVain(error: OutsideError, tries: number) {
    let down = true;
    const side = await openWith("slack.note", {
      inOrder: true,
      async create(subject) {
        if (subject === "8" && down) throw error;
        side.writes.push(subject);
        return { id: Number(subject) };
      },
    });
    const engine = side.engine();
    await side.set("8", "first");
    await side.set("9", "second");
    for (let attempt = 0; attempt < tries; attempt += 1) {
      await side.db.updateTable("projection").set({ look_at: null }).where("subject", "=", "8").execute();
      await engine.project(side.key("8"));
      await engine.project(side.key("9"));
    }
    down = false;
    return { side, engine };
  }

  test("while the far side is down, what comes later waits", async () => {
    const { side, engine } = await triedInVain(new OutsideError("Slack is down"), 19);
    expect(side.writes).toEqual([]);
    expect(await side.row("8")).toMatchObject({ attempts: 19, refused: 0 });
    await side.db.updateTable("projection").set({ look_at: null }).execute();
    await engine.project(side.key("8"));
    await side.clock.advance(0);
    await engine.stop();
    expect(side.writes).toEqual(["8", "9"]);
    expect(await side.row("8")).toMatchObject({ attempts: 0, refused: 0 });
  });

  test("but not for ever, since it may be down for one alone", async () => {
    const { side, engine } = await triedInVain(new OutsideError("HTTP 500"), 20);
    await engine.stop();
    expect(side.writes).toEqual(["9"]);
  });

  test("what waits for something else to be made first has not failed, however long it takes", async () => {
    const { side, engine } = await triedInVain(new NotYet("its message is not there yet"), 40);
    expect(side.writes).toEqual([]);
    expect(side.results).toEqual([]);
    expect(await side.row("8")).toMatchObject({ attempts: 0, refused: 0, error: "its message is not there yet" });
    await engine.stop();
  });
});

test("a slow look for what a predecessor made leaves a whole lease for the write", async () => {
  const side = await openWith("slack.message", {
    async find() {
      await side.clock.advance(leaseMs - 1_000);
      return undefined;
    },
  });
  await side.set("1/1", "hello");
  await side.killAt("projection.posting", () => side.engine().project(side.key("1/1")));
  await side.clock.advance(leaseMs);
  const other = side.engine();
  side.far.onCreate = async () => {
    await side.clock.advance(2_000);
    await other.project(side.key("1/1"));
  };
  await side.engine().project(side.key("1/1"));
  expect(side.writes).toEqual(["create 1/1: hello"]);
  await other.stop();
});
