/** Medians and percentiles. Nothing is left out as an outlier: what was measured counts. */

/** The smallest value that at least the part `q` of all values does not exceed (nearest rank). */
function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const found = sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)];
  if (found === undefined) throw new Error("There is no median of nothing.");
  return found;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** With fewer than this, the 99th percentile is hardly more than the largest value, and still says so. */
export function p99(values: readonly number[]): number {
  return quantile(values, 0.99);
}
