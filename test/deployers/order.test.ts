/** The order as a supervisor reads it: what the bot sends, to the letter, and nothing else. */
import { expect, test } from "vitest";
import { type Order, readOrder } from "../../src/deployers/run/order.ts";

const order: Order = {
  ...{ token: "a-token", checkout: 42, repository: { id: 7, fullName: "acme/shop" }, sha: "a".repeat(40) },
  ...{ git: { url: "https://github.example/acme/shop.git", extraHeader: "Authorization: x" } },
  ...{
    run: "make deploy",
    confirm: "make check",
    env: { RAILS_ENV: "staging" },
    hidden: ["hunter2"],
    timeLeft: 60_000,
  },
};
const { confirm: _, ...plain } = { ...order, git: { url: order.git.url } };

test.each([
  ["with all that it may hold", order],
  ["with what it must hold", plain],
])("an order %s is read as it was sent", (_, sent) => {
  expect(readOrder(JSON.parse(JSON.stringify(sent)))).toEqual(sent);
});

test.each<[string, unknown]>([
  ["token", undefined],
  ["checkout", 1.5],
  ["confirm", 3],
  ["env", { PASSWORD: 3, OTHER: "hunter2" }],
  ["env", ["hunter2"]],
  ["hidden", ["hunter2", 3]],
  ["timeLeft", "hunter2"],
])("an order whose %s is of another kind is none, and no value of it is told", (name, value) => {
  expect(() => readOrder({ ...order, [name]: value })).toThrow(
    `What came is no order for a supervisor: ${name} is missing or of another kind.`,
  );
});

test.each([null, 3, "text", [], {}])("%j is no order", (received) => {
  expect(() => readOrder(received)).toThrow("no order for a supervisor");
});
