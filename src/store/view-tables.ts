/** The tables of forms and App Home as Kysely sees them. */
import type { ColumnType, Generated, Selectable } from "kysely";
import type { FormChoices, FormShown } from "../operations/form.ts";
import type { ReplyContent } from "../operations/said.ts";

type Json<T> = ColumnType<T, string, string>;

export type FormTable = {
  id: Generated<number>;
  key: string;
  team: string;
  slack_user: string;
  channel: string;
  channel_name: string;
  response_url: string;
  choices: Json<FormChoices>;
  changed_ts: Generated<string>;
  shown: Json<FormShown>;
  sent_by_key: string | null;
  at: Date;
};

export type HomeTable = {
  id: Generated<number>;
  team: string;
  slack_user: string;
  opened_at: Date;
  looked_at: Date;
  refreshed_at: Date;
  said: Json<ReplyContent> | null;
  said_at: Date | null;
};

/** What the person could read when it was last looked at. */
export type HomeServiceTable = { home_id: number; service_id: number; login: string };

export type FormRow = Selectable<FormTable>;
export type HomeRow = Selectable<HomeTable>;
