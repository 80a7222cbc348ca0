/** Durations as people write them: `90s`, `30m`, `2h`, `14d`, or several in this order of size: `1h30m`. */

/** Also the pattern in the JSON Schema, so it must be a plain ECMAScript pattern. It lasts some time. */
export const durationPattern = /^(?=.*[1-9])(?:\d{1,5}d)?(?:\d{1,5}h)?(?:\d{1,6}m)?(?:\d{1,7}s)?$/u;

const unitMs = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000 } as const;

/** The duration in ms; undefined when `text` is none or lasts no time at all. */
export function readDuration(text: string): number | undefined {
  if (!durationPattern.test(text)) return undefined;
  let ms = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+)([dhms])/gu)) {
    if (unit === "d" || unit === "h" || unit === "m" || unit === "s") ms += Number(amount) * unitMs[unit];
  }
  return ms > 0 ? ms : undefined;
}
