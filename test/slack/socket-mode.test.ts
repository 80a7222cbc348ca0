import { expect, onTestFinished, test } from "vitest";
import type { AnswerAtOnce } from "../../src/slack/answer-at-once.ts";
import type { SlackDelivery } from "../../src/slack/payload.ts";
import { readSlackRequest } from "../../src/slack/receiver.ts";
import { readEnvelope, startSocketMode } from "../../src/slack/socket-mode.ts";
import { realTimeContext } from "../harness/test-context.ts";
import { silent } from "./sandbox.ts";
import {
  actionPayload,
  commandFields,
  reactionEnvelope,
  signedAction,
  signedCommand,
  signedJson,
  submissionPayload,
} from "./signed-request.ts";
import { socketServer } from "./socket-server.ts";

test("an envelope is read as the same request over HTTP would be", () => {
  expect(readEnvelope("slash_commands", commandFields)).toEqual(readSlackRequest(signedCommand()));
  expect(readEnvelope("events_api", reactionEnvelope())).toEqual(readSlackRequest(signedJson(reactionEnvelope())));
  expect(readEnvelope("interactive", actionPayload())).toEqual(readSlackRequest(signedAction(actionPayload())));
  expect(readEnvelope("something_new", {})).toEqual({ kind: "ignore" });
});

async function open(
  store: (delivery: SlackDelivery) => Promise<void>,
  answerAtOnce: AnswerAtOnce = async () => undefined,
) {
  const server = await socketServer();
  // The library waits on real timers of its own, so these do as well.
  const { context } = realTimeContext();
  const settings = { appToken: "xapp-1", apiUrl: server.apiUrl };
  const connections: number[] = [];
  const onConnected = () => void connections.push(connections.length + 1);
  const socket = startSocketMode({ context, log: silent, settings, store, answerAtOnce, onConnected });
  onTestFinished(() => socket.stop());
  await server.opened();
  return { server, socket, connections };
}

test("a delivery is stored, and only then acknowledged", async () => {
  const steps: string[] = [];
  const { promise: storing, resolve: stored } = Promise.withResolvers<void>();
  const { server } = await open(async (delivery) => {
    await storing;
    steps.push(`stored ${delivery.key}`);
  });
  server.send({ type: "slash_commands", envelope_id: "envelope-1", payload: commandFields });
  // Nothing that is to be ignored has to wait for what is being stored.
  server.send({ type: "something_new", envelope_id: "envelope-2", payload: {} });
  expect(await server.acknowledged()).toMatchObject({ envelope_id: "envelope-2" });
  expect(steps).toEqual([]);
  stored();
  expect(await server.acknowledged()).toMatchObject({ envelope_id: "envelope-1" });
  expect(steps).toEqual([`stored ${commandFields.trigger_id}`]);
});

test("a form with a mistake is answered with it, and not stored", async () => {
  const stored: string[] = [];
  const errors = { response_action: "errors", errors: { "revision/1": "Choose a revision." } } as const;
  const { server } = await open(
    async ({ key }) => void stored.push(key),
    async ({ name }) => (name === "submission.deploy-form" ? errors : undefined),
  );
  server.send({ type: "interactive", envelope_id: "envelope-1", payload: submissionPayload() });
  expect(await server.acknowledged()).toEqual({ envelope_id: "envelope-1", payload: errors });
  expect(stored).toEqual([]);
});

test("what could not be stored is not acknowledged, and what is malformed is, so that it does not come again", async () => {
  const { server } = await open(async () => {
    throw new Error("the database is away");
  });
  server.send({ type: "slash_commands", envelope_id: "envelope-1", payload: commandFields });
  server.send({ type: "slash_commands", envelope_id: "envelope-2", payload: { command: "/deploy" } });
  expect(await server.acknowledged()).toMatchObject({ envelope_id: "envelope-2" });
  expect(server.received()).toBe(1);
});

test("a socket that broke is opened again", async () => {
  const keys: string[] = [];
  const { server, socket, connections } = await open(async ({ key }) => void keys.push(key));
  server.drop();
  await server.opened();
  server.send({ type: "events_api", envelope_id: "envelope-3", payload: reactionEnvelope() });
  expect(await server.acknowledged()).toMatchObject({ envelope_id: "envelope-3" });
  expect(keys).toEqual(["Ev0PV52K25"]);
  expect(socket.connected()).toBe(true);
  // Whoever has to ask for what was told meanwhile hears of each.
  expect(connections).toEqual([1, 2]);
});
