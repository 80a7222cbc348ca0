/** What each source of news was heard and missed, as Kysely sees it. */
import type { ListensTo } from "../operations/missed.ts";

export type ListeningTable = {
  source: ListensTo;
  heard_at: Date;
  missed_since: Date | null;
  wanted: number;
  looked_up: number;
  attempts: number;
  look_at: Date;
};
