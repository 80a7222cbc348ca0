/** How a surface stands, for what waits until it is made. Reads only. */
import type { Kysely } from "kysely";
import type { Database } from "../store/schema.ts";
import { projectionKey, type SurfaceName } from "./touch.ts";

export type StandingSurface = {
  /** What it remembers of the far side; null until it was made. */
  readonly external: unknown;
  /** The far side's words, where it has said no again and again. The surface goes on trying. */
  readonly refused?: string;
};

/** So many refusals are no accident. */
const refusals = 3;

/** Undefined where nobody asked for it. */
export async function standingSurface(
  db: Kysely<Database>,
  surface: SurfaceName,
  subject: string,
): Promise<StandingSurface | undefined> {
  const row = await db
    .selectFrom("projection")
    .select(["external", "refused", "error"])
    .where("key", "=", projectionKey(surface, subject))
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { external, refused, error } = row;
  return { external, ...(refused < refusals ? {} : { refused: error ?? "GitHub refused it" }) };
}
