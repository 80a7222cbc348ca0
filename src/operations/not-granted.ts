/** What the stages of an environment need and the operator does not let their repository have. Pure, given the rules. */
import type { NotGranted } from "../policy/model.ts";
import type { EnvironmentPolicy } from "../policy/pipeline.ts";
import type { OperatorRules } from "./bot.ts";

export function notGranted(
  operator: OperatorRules,
  repository: string,
  policy: Pick<EnvironmentPolicy, "deploy" | "verify" | "secrets">,
): readonly NotGranted[] {
  const deployers = [...policy.deploy, ...policy.verify].map((stage) => stage.deployer);
  const runs = deployers.some((deployer) => deployer.kind === "run");
  const signing = deployers.flatMap((one) => {
    if (one.kind === "gitlab") return [one.token];
    return one.kind === "http" && one.secret !== undefined ? [one.secret] : [];
  });
  const secrets = new Set([...(runs ? policy.secrets : []), ...signing]);
  const { refused } = operator.secrets(repository, [...secrets]);
  const targets = new Set(deployers.flatMap((one) => (one.kind === "pin" ? [one.repository] : [])));
  return [
    ...(runs && !operator.commandsAllowed(repository) ? [{ kind: "commands" } as const] : []),
    ...(refused.length > 0 ? [{ kind: "secrets", names: refused } as const] : []),
    ...[...targets]
      .filter((into) => !operator.pinAllowed(repository, into))
      .map((into) => ({ kind: "pins", into }) as const),
  ];
}
