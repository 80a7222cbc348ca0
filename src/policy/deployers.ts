/** What carries a stage out, as plain data with every default filled in: one type for each deployer. */

/** A shell command in a checkout of the revision. */
export type RunDeployer = { readonly kind: "run"; readonly run: string; readonly confirm?: string };

/** A signed request to a service that deploys. */
export type HttpDeployer = { readonly kind: "http"; readonly url: string; readonly secret?: string };

/** A GitHub check or status of this name on the revision, which somebody else sets. */
export type CheckDeployer = { readonly kind: "check"; readonly name: string };

export type DeployerDefinition = RunDeployer | HttpDeployer | CheckDeployer;
