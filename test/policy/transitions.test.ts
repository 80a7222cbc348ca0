import { describe, expect, test } from "vitest";
import { type Status, statuses } from "../../src/policy/model.ts";
import { events, isEnded, isPending, isRunning, transition } from "../../src/policy/transitions.ts";

/** Every cell, written out: a dot is what cannot happen. */
const header =
  "            wait    queue  start       block    reject   expire  supersede  cancel    verify    succeed fail    break stopped   settle-success settle-failure";
const rows = `
requested   waiting queued in_progress rejected rejected expired superseded cancelled .         .       .       .     .         .              .
waiting     waiting queued in_progress rejected rejected expired superseded cancelled .         .       .       .     .         .              .
queued      waiting queued in_progress rejected rejected expired superseded cancelled .         .       .       .     .         .              .
in_progress .       .      .           .        .        .       .          .         verifying success failure error cancelled .              .
verifying   .       .      .           .        .        .       .          .         .         success failure error cancelled .              .
success     .       .      .           .        .        .       .          .         .         .       .       .     .         .              .
rejected    .       .      .           .        .        .       .          .         .         .       .       .     .         .              .
expired     .       .      .           .        .        .       .          .         .         .       .       .     .         .              .
superseded  .       .      .           .        .        .       .          .         .         .       .       .     .         .              .
cancelled   .       .      .           .        .        .       .          .         .         .       .       .     .         .              .
failure     .       .      .           .        .        .       .          .         .         .       .       .     .         .              .
error       .       .      .           .        .        .       .          .         .         .       .       .     .         success        failure
`;

const words = (line: string) => line.trim().split(/\s+/u);
const cells = rows
  .trim()
  .split("\n")
  .flatMap((line) => {
    const [name, ...results] = words(line);
    const status = statuses.find((one) => one === name);
    return results.flatMap((result, i) => {
      const event = events.find((one) => one === words(header)[i]);
      return status === undefined || event === undefined ? [] : [[status, event, result] as const];
    });
  });

describe("a deployment's life", () => {
  test("the table here names every status and every event once", () => {
    expect(words(header)).toEqual([...events]);
    expect([...new Set(cells.map(([status]) => status))]).toEqual([...statuses]);
    expect(cells).toHaveLength(statuses.length * events.length);
  });

  test.each(cells)("%s × %s → %s", (status, event, expected) => {
    expect(transition(status, event) ?? ".").toBe(expected);
  });

  test("every status is exactly one of pending, running and ended", () => {
    for (const status of statuses) {
      expect([isPending(status), isRunning(status), isEnded(status)].filter(Boolean)).toHaveLength(1);
    }
    expect(statuses.filter(isPending)).toEqual(["requested", "waiting", "queued"]);
    expect(statuses.filter(isRunning)).toEqual(["in_progress", "verifying"]);
  });

  test("from everywhere an end can be reached, and no end leads back to running", () => {
    const next = (status: Status) => events.flatMap((event) => transition(status, event) ?? []);
    for (const status of statuses) {
      const reached = new Set<Status>([status]);
      for (const one of reached) for (const following of next(one)) reached.add(following);
      expect([...reached].some(isEnded)).toBe(true);
      if (isEnded(status)) expect([...reached].every(isEnded)).toBe(true);
      if (isRunning(status)) expect([...reached].some(isPending)).toBe(false);
    }
  });
});
