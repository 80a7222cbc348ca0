/** Marks what people see of a deployment as needing a look, and adds what is said once. Writes no far side itself. */
import { type Kysely, type RawBuilder, sql, type Transaction } from "kysely";
import { keyOf, type Marked, marking, type Touched, these, touch } from "../projections/touch.ts";
import type { Database, DeploymentRow, EnvironmentRow } from "../store/schema.ts";
import type { Bot } from "./bot.ts";
import { homesFollowing } from "./follow-homes.ts";
import type { ServiceRef } from "./place.ts";
import type { NoteContent } from "./said.ts";

export function messageSubject(deployment: number, ask: number): string {
  return `${deployment}/${ask}`;
}

type Asked = Pick<DeploymentRow, "id" | "ask" | "channel">;

function messageOf({ id, channel }: Asked, ask: number): readonly Touched[] {
  return channel === null ? [] : [{ surface: "slack.message", subject: messageSubject(id, ask), lane: channel }];
}

/** The message of this ask alone. */
export async function touchMessage(trx: Transaction<Database>, bot: Bot, row: Asked): Promise<void> {
  await touch(trx, bot.wake, messageOf(row, row.ask));
}

/** Answers on GitHub that speak of a deployment: to a comment, and to a workflow run that is held. */
function toldOnGitHub(deployment: number, lane: string): RawBuilder<unknown> {
  return sql`
    select 'github.reply', id::text, ${lane} from comment_reply where deployment_id = ${deployment}
    union all
    select 'github.protection', id::text, ${lane} from protection_request where deployment_id = ${deployment}`;
}

/**
 * Every message that stands for the deployment, the outdated asks too, the answers on GitHub that speak of it, and its
 * GitHub Deployment once it has started. What is `said` of it goes into its thread, by the same statement.
 */
export async function touchDeployment(
  trx: Transaction<Database>,
  bot: Bot,
  service: ServiceRef,
  row: Asked & Pick<DeploymentRow, "started_at">,
  said?: Pick<Note, "key" | "content">,
): Promise<void> {
  const lane = `github/${service.repository.installationId}`;
  const asks = Array.from({ length: row.ask }, (_, at) => messageOf(row, at + 1)).flat();
  const made = row.started_at === null ? [] : [{ surface: "github.deployment" as const, subject: `${row.id}`, lane }];
  const shown = [these([...asks, ...made]), toldOnGitHub(row.id, lane)];
  const steps: RawBuilder<unknown>[] = [];
  if (said !== undefined) {
    const note = noted(trx, bot, { ...said, channel: row.channel, deployment: row.id });
    steps.push(note.step);
    shown.push(note.shown);
  }
  steps.push(sql`marked as (${marking(sql.join(shown, sql` union all `))})`);
  const woken = await sql<Marked>`
    with ${sql.join(steps)}
    select key from marked union all (${homesFollowing(service.id)})`.execute(trx);
  await bot.wake.project(trx, woken.rows.map(keyOf));
}

/** What failed last before this one no longer offers to be tried again; what never started in between hid nothing. */
export async function touchFailureBefore(
  trx: Transaction<Database>,
  bot: Bot,
  service: ServiceRef,
  { id, environment_id }: Pick<DeploymentRow, "id" | "environment_id">,
): Promise<void> {
  const before = await trx
    .selectFrom("deployment")
    .selectAll()
    .where("environment_id", "=", environment_id)
    .where("id", "<", id)
    .where((eb) => eb.or([eb("started_at", "is not", null), eb("status", "=", "success")]))
    .orderBy("id", "desc")
    .limit(1)
    .executeTakeFirst();
  if (before?.status === "failure" || before?.status === "error") await touchDeployment(trx, bot, service, before);
}

/** What had left the environment uncertain no longer offers to be taken back: `by` has mended it, or is it now. */
export async function touchUncertain(
  trx: Transaction<Database>,
  bot: Bot,
  service: ServiceRef,
  { uncertain_deployment_id: before }: Pick<EnvironmentRow, "uncertain_deployment_id">,
  by: Pick<DeploymentRow, "id">,
): Promise<void> {
  if (before === null || before === by.id) return;
  const row = await trx.selectFrom("deployment").selectAll().where("id", "=", before).executeTakeFirst();
  if (row !== undefined) await touchDeployment(trx, bot, service, row);
}

/** Whether a note of this key was said: the trace by which a command that is delivered again is known. */
export async function wasSaid(db: Kysely<Database>, key: string): Promise<boolean> {
  const row = await db.selectFrom("note").select("id").where("key", "=", key).executeTakeFirst();
  return row !== undefined;
}

type Note = {
  readonly key: string;
  readonly content: NoteContent;
  readonly channel?: string | null | undefined;
  readonly deployment?: number;
  readonly service?: number;
  /** Whom alone it is for; `channel` is not read then. */
  readonly slackUser?: string;
};

/** A step of a statement that adds the note, unless its key is known, and what shows that which was added. */
function noted(trx: Transaction<Database>, bot: Bot, note: Note) {
  const said = trx
    .insertInto("note")
    .values({
      key: note.key,
      content: JSON.stringify(note.content),
      deployment_id: note.deployment ?? null,
      service_id: note.service ?? null,
      slack_user: note.slackUser ?? null,
      at: new Date(bot.context.clock.now()),
    })
    .onConflict((conflict) => conflict.column("key").doNothing())
    .returning("id");
  // Nobody reads a note without a lane: it is only the trace of what was done.
  const shown = sql`select 'slack.note' as surface, id::text as subject, lane
    from said, (select ${note.slackUser ?? note.channel ?? null}::text as lane) as told where lane is not null`;
  return { step: sql`said as (${said})`, shown };
}

/**
 * Says something once: to one person by direct message, in the deployment's thread, else in the service's channel. A
 * known key says nothing again.
 */
export async function say(trx: Transaction<Database>, bot: Bot, note: Note): Promise<void> {
  const { step, shown } = noted(trx, bot, note);
  const marked = await sql<Marked>`with ${step} ${marking(shown)}`.execute(trx);
  await bot.wake.project(trx, marked.rows.map(keyOf));
}
