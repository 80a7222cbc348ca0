import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import { stopOnSignals } from "../src/start/stop-on-signals.ts";
import { fakeClock } from "./harness/fake-clock.ts";

function signalled() {
  const clock = fakeClock(0);
  const stopped = Promise.withResolvers<void>();
  const seen: (string | number)[] = [];
  const process = Object.assign(new EventEmitter(), { exit: (code: number) => void seen.push(code) });
  const stop = (signal: string) => {
    seen.push(signal);
    return stopped.promise;
  };
  stopOnSignals({ clock, process, stop });
  return { clock, process, seen, stopped };
}

test("Ctrl-C that npm passes on once more is one wish to stop, and what is under way comes to its end", async () => {
  const { clock, process, seen, stopped } = signalled();
  process.emit("SIGINT");
  await clock.advance(50);
  process.emit("SIGINT");
  expect(seen).toEqual(["SIGINT"]);
  stopped.resolve();
  await stopped.promise;
  expect(seen).toEqual(["SIGINT", 0]);
});

test("a second Ctrl-C ends it at once", async () => {
  const { clock, process, seen } = signalled();
  process.emit("SIGTERM");
  await clock.advance(1_000);
  process.emit("SIGINT");
  expect(seen).toEqual(["SIGTERM", 1]);
});
