/** What one attempt is to pin where, and how it is told in the commit and the pull request. Pure. */
import type { PinDeployer } from "../../policy/deployers.ts";
import { fillIn, revisionValues } from "../../policy/value-template.ts";
import type { Attempt } from "../contract.ts";
import { plainLine } from "../run/plain-text.ts";
import { nameOf } from "./edit.ts";

export type PinWish = {
  readonly definition: PinDeployer;
  readonly value: string;
  /** By which this attempt's commit is known. */
  readonly trailer: string;
  /** For a pull request: named by the token, so that there is one for an attempt. */
  readonly branch: string;
  readonly title: string;
  readonly message: string;
};

export function definitionOf(attempt: Attempt): PinDeployer {
  const { deployer, name } = attempt.stage;
  if (deployer.kind !== "pin") throw new Error(`The stage ${name} is not one that pins a version.`);
  return deployer;
}

/** A sentence when there is nothing to be written. */
export function wishOf(attempt: Attempt): PinWish | string {
  const definition = definitionOf(attempt);
  const { sha, version, token } = attempt;
  // No package is called by a commit.
  const usual = definition.pinned.kind === "package" || version !== undefined ? "{version}" : "{sha}";
  const filled = fillIn(definition.value ?? usual, revisionValues({ sha, version }));
  if (filled.kind === "missing") return `${sha.slice(0, 7)} has no ${filled.name} that could be written`;
  const what = definition.pinned.kind === "pattern" ? attempt.service : nameOf(definition.pinned);
  const title = plainLine(`Pin ${what} to ${filled.text} in ${attempt.environment}`, 200);
  const trailer = `Signalbox-Attempt: ${token}`;
  const told = plainLine(
    `Deployment ${attempt.deployment} of ${attempt.service} to ${attempt.environment}, asked for by ${attempt.requestedBy}.`,
    400,
  );
  const from = `${attempt.repository.fullName} at ${sha}`;
  const message = `${title}\n\n${told}\n\nSignalbox-Revision: ${from}\n${trailer}`;
  return { definition, value: filled.text, trailer, branch: `signalbox/pin/${token}`, title, message };
}
