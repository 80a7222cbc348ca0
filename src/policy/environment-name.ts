/**
 * What an environment is called on GitHub, where environments belong to the repository: by its name, and where several
 * services of the repository have one of the name, as `<service>/<environment>`.
 */
import { isDemoName } from "./demos.ts";
import type { Pipeline } from "./pipeline.ts";

/** Undefined where the bare name is enough. */
export function nameOnGitHub(pipeline: Pipeline, service: string, environment: string): string | undefined {
  const name = environment.toLowerCase();
  const isDemo = isDemoName(environment);
  const shared = pipeline.services.filter(({ environments, demos }) =>
    isDemo ? demos !== undefined : environments.some((one) => one.name.toLowerCase() === name),
  );
  return shared.length > 1 ? `${service}/${environment}` : undefined;
}
