import { expect, test } from "vitest";
import { readPipelineFile } from "../../src/policy/pipeline-file/read.ts";
import { workflowProblems } from "../../src/policy/workflow-problems.ts";

function pipeline(stage: string, demos = "") {
  const text = `service: shop\nenvironments: {staging: {branch: main, deploy: [${stage}]}}\n${demos}`;
  const reading = readPipelineFile({
    sources: [{ name: "acme/shop:.github/signalbox.yml", text }],
    merged: undefined,
    repository: "acme/shop",
  });
  if (reading.kind !== "good") throw new Error(JSON.stringify(reading));
  return reading.pipeline;
}

const run = "{ship: make deploy}";
const deployment = "{ship: {deployment: {}}}";
const actions = "{ship: {actions: deploy.yml}}";
const path = ".github/workflows/deploy.yml";
const listens = [{ code: "listens", path }];

test.each([
  ["listens, a string", run, "on: deployment", listens],
  ["listens, a list", run, "on: [push, deployment]", listens],
  ["listens, a map", run, "on:\n  push:\n  deployment:\n", listens],
  ["listens, as it should", deployment, "on: deployment", []],
  ["listens to what comes after", run, "on: deployment_status", []],
  ["listens, and is dispatched besides", actions, "on: [deployment, workflow_dispatch]", listens],
  ["is dispatched", actions, "on: workflow_dispatch", []],
  ["is dispatched, with inputs", actions, "on: {workflow_dispatch: {inputs: {signalbox: {}}}}", []],
  ["cannot be dispatched", actions, "on: push", [{ code: "not-dispatchable", path }]],
  ["is no YAML", actions, "on: [", [{ code: "not-dispatchable", path }]],
  ["is nobody's", run, "on: push", []],
])("a workflow that %s", (_, stage, text, problems) => {
  expect(workflowProblems(pipeline(stage), new Map([[path, text]]))).toEqual(problems);
});

test("one that is not there, and one that could not be read", () => {
  expect(workflowProblems(pipeline(actions), new Map())).toEqual([{ code: "absent", path }]);
  expect(workflowProblems(pipeline(actions), new Map([[path, undefined]]))).toEqual([]);
});

test("what makes a demo and what takes it away count like any other stage", () => {
  const withDemos = pipeline(
    run,
    "demos: {branches: demo/*, deploy: {deployment: {}}, destroy: {actions: gone.yml}}\n",
  );
  const gone = ".github/workflows/gone.yml";
  expect(workflowProblems(withDemos, new Map([[path, "on: deployment"]]))).toEqual([{ code: "absent", path: gone }]);
  expect(workflowProblems(withDemos, new Map([[gone, "on: push"]]))).toEqual([
    { code: "not-dispatchable", path: gone },
  ]);
});
