/** Steps that several stories share: asking, approving, and stages that take their time. */
import type { Attempt, Observation } from "../../src/deployers/contract.ts";
import type { GateName, Verdict } from "../../src/policy/model.ts";
import { push, type World } from "./world.ts";

export const hour = 3_600_000;

/** Alice asks for a deployment that is taken on. */
export async function ask(
  world: World,
  environment: string,
  revision?: string,
  person = "U0000ALICE",
): Promise<number> {
  const wanted = revision === undefined ? {} : { revision };
  const reply = await world.command(person, { kind: "deploy", environment, ...wanted });
  if (reply.code !== "requested") throw new Error(`not requested: ${JSON.stringify(reply)}`);
  return reply.deployment;
}

export async function rollBack(world: World, environment: string, person = "U0000ALICE"): Promise<number> {
  const reply = await world.command(person, { kind: "rollback", environment });
  if (reply.code !== "requested") throw new Error(`not rolled back: ${JSON.stringify(reply)}`);
  return reply.deployment;
}

/** Through staging and Rosa's yes into production. */
export async function toProduction(world: World, letter: string): Promise<number> {
  await push(world, letter);
  const deployment = await ask(world, "production");
  await world.react("U0000ROSA", deployment);
  return deployment;
}

/** Stages of these environments run until `end` says how they ended. */
export function slowly(world: World, ...environments: readonly string[]) {
  const endings = new Map<string, Observation>();
  world.deployer.script = (attempt: Attempt) => {
    if (!environments.includes(attempt.environment)) return { state: "success", proven: true };
    const key = [`${attempt.deployment}/${attempt.stage.name}`, `${attempt.deployment}`].find((one) =>
      endings.has(one),
    );
    return (key === undefined ? undefined : endings.get(key)) ?? { state: "running", lookAgainMs: 1_000 };
  };
  return {
    /** All stages of the deployment, or the one that is named, end so from now on. */
    async end(deployment: number, ending: Observation = { state: "success", proven: true }, stage?: string) {
      endings.set(stage === undefined ? `${deployment}` : `${deployment}/${stage}`, ending);
      await world.tick(1_000);
    },
  };
}

export async function statusOf(world: World, deployment: number): Promise<string> {
  return (await world.deployment(deployment)).status;
}

/** Codes of the gates that do not pass, for example `approvals.missing`. */
export function closed(verdict: Verdict | null): readonly string[] {
  return verdict?.gates.filter((gate) => gate.result !== "pass").map((gate) => gate.reason.code) ?? [];
}

export function gateOf(verdict: Verdict | null, name: GateName) {
  return verdict?.gates.find((gate) => gate.gate === name);
}

/** The deployments of an environment, oldest first. */
export async function deploymentsOf(world: World, environment: string) {
  const { id } = await world.environment(environment);
  return await world.db.selectFrom("deployment").selectAll().where("environment_id", "=", id).orderBy("id").execute();
}
