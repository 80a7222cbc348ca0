/** Whoever asks for many repositories at once signs in for one installation at a time. */
export function byInstallation<T extends { readonly installationId: number }>(
  repositories: readonly T[],
): ReadonlyMap<number, readonly T[]> {
  return Map.groupBy(repositories, ({ installationId }) => installationId);
}
