import fc from "fast-check";
import { expect, test } from "vitest";
import { createLookQueue } from "../../src/jobs/look-queue.ts";

/** A look that ends when the test says so. */
function controlled(concurrency = 2) {
  const begun: string[] = [];
  const ends: { key: string; end: (error?: Error) => void }[] = [];
  const errors: string[] = [];
  const queue = createLookQueue({
    concurrency,
    look: (key) => {
      begun.push(key);
      return new Promise((resolve, reject) => {
        ends.push({ key, end: (error) => (error === undefined ? resolve() : reject(error)) });
      });
    },
    onError: (key, error) => errors.push(`${key}: ${error instanceof Error ? error.message : ""}`),
  });
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const end = async (key: string, error?: Error) => {
    const index = ends.findIndex((entry) => entry.key === key);
    ends.splice(index, 1)[0]?.end(error);
    await turn();
  };
  return { queue, begun, errors, end, turn };
}

test("a look asked for while one runs comes after it; more of them are one", async () => {
  const { queue, begun, end, turn } = controlled();
  const first = queue.look("5");
  await turn();
  const second = queue.look("5");
  const third = queue.look("5");
  await turn();
  expect(begun).toEqual(["5"]);
  await end("5");
  await first;
  expect(begun).toEqual(["5", "5"]);
  await end("5");
  await Promise.all([second, third]);
  expect(begun).toEqual(["5", "5"]);
  expect(queue.size).toBe(0);
});

test("no more at once than allowed, and one key waiting for itself holds no place", async () => {
  const { queue, begun, end, turn } = controlled(2);
  for (const key of ["a", "a", "b", "c"]) void queue.look(key);
  await turn();
  void queue.look("a");
  await turn();
  expect(begun).toEqual(["a", "b"]);
  await end("b");
  expect(begun).toEqual(["a", "b", "c"]);
  await end("a");
  expect(begun).toEqual(["a", "b", "c", "a"]);
});

test("an error of one key is told, and neither stops the others nor its own next look", async () => {
  const { queue, begun, errors, end, turn } = controlled();
  const looked = queue.look("a");
  void queue.look("b");
  await turn();
  void queue.look("a");
  await end("a", new Error("broke"));
  await looked;
  expect(errors).toEqual(["a: broke"]);
  await end("b");
  await end("a");
  expect(begun).toEqual(["a", "b", "a"]);
  await queue.idle();
});

test("every call is followed by a look that began after it, and looks at one key never overlap", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 20 }),
      fc.integer({ min: 1, max: 3 }),
      async (scheduler, keys, concurrency) => {
        let time = 0;
        const running = new Map<string, number>();
        const starts: { key: string; at: number }[] = [];
        const queue = createLookQueue({
          concurrency,
          look: async (key) => {
            expect(running.get(key) ?? 0).toBe(0);
            running.set(key, 1);
            expect([...running.values()].reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(concurrency);
            time += 1;
            starts.push({ key, at: time });
            await scheduler.schedule(Promise.resolve());
            running.set(key, 0);
          },
          onError: (_key, error) => {
            throw error;
          },
        });
        const calls = keys.map((key) =>
          scheduler.schedule(Promise.resolve()).then(async () => {
            time += 1;
            const asked = time;
            await queue.look(key);
            expect(starts.some((start) => start.key === key && start.at > asked)).toBe(true);
          }),
        );
        await scheduler.waitFor(Promise.all(calls));
        expect(queue.size).toBe(0);
      },
    ),
    { numRuns: 200 },
  );
});
