/**
 * What is said in a deployment's thread of its approvals, each thing once: who counted, whose answer does not count and
 * why, that the ask runs out soon, that it can never be met, and that whoever rejected is asked for the reason.
 */
import type { Transaction } from "kysely";
import { optional } from "../optional.ts";
import { judgeAnswer } from "../policy/evaluate.ts";
import { askExpiresAt, remindAt } from "../policy/gates/approvals.ts";
import type { ReasonOf } from "../policy/gates/gate.ts";
import type { Facts, Verdict } from "../policy/model.ts";
import type { Database, DeploymentRow } from "../store/schema.ts";
import type { AskChanged } from "./approval-said.ts";
import type { AskChange } from "./ask-anew.ts";
import type { Bot } from "./bot.ts";
import { slackUserOf } from "./people.ts";
import type { Place } from "./place.ts";
import { say } from "./tell.ts";

/** Of a long list of people only so many are called by name. */
const mostReminded = 20;

type Asked = Pick<DeploymentRow, "id" | "ask" | "channel">;
type Said = { readonly trx: Transaction<Database>; readonly bot: Bot; readonly row: Asked };

/** `facts` and `verdict` as the ask stands; the old message and the new one's thread say what changed. */
export async function sayAskedAnew(said: Said, was: DeploymentRow, { changed, facts }: AskChange): Promise<void> {
  if (changed.length === 0) return;
  const is = facts.environment.live?.revision.sha;
  const shown: AskChanged = changed.includes("from")
    ? { changed, ...optional("was", was.ask_from), ...optional("is", is) }
    : { changed };
  await sayOnce(said, `asked-anew/${said.row.id}/${said.row.ask}`, { code: "asked-anew", ...shown });
}

/** Also those whose answers were to an older ask are among `facts.approvals`, so that they are told. */
export async function sayAnswers(said: Said, facts: Facts, verdict: Verdict): Promise<void> {
  const { row } = said;
  for (const approval of facts.approvals) {
    const why = judgeAnswer(approval, facts);
    const outcome = why?.code ?? `${approval.answer}/${approval.at}`;
    const key = `approval/${row.id}/${row.ask}/${approval.person}/${outcome}`;
    if (why !== undefined) {
      await sayOnce(said, key, { code: "approval-refused", person: approval.person, why });
    } else if (approval.answer === "approve" && approval.login !== undefined) {
      const have = Math.max(1, ...reasons(verdict).map(({ reason }) => ("by" in reason ? reason.by.length : 0)));
      const need = Math.max(facts.policy.approvals?.count ?? 0, facts.earlier?.policy.approvals?.count ?? 0);
      await sayOnce(said, key, { code: "approval-counted", login: approval.login, have, need });
    }
  }
}

/** While it waits: that nobody can meet it, and, once for each time that it stands for, that this is over soon. */
export async function sayWhatIsMissing(said: Said, place: Place, facts: Facts, verdict: Verdict): Promise<void> {
  const { row, bot } = said;
  for (const { reason, earlier } of reasons(verdict)) {
    if (reason.code !== "approvals.cannot-be-reached") continue;
    const { count, by, candidates, excluded, empty } = reason;
    const possible = by.length + candidates.length;
    const content = { count, possible, excluded, empty, earlier };
    const key = `unreachable/${row.id}/${row.ask}/${earlier}/${possible}`;
    await sayOnce(said, key, { code: "approvals-cannot-be-reached", ...content });
  }
  const [soon, expiresAt] = [remindAt(facts), askExpiresAt(facts)];
  const others = verdict.gates.some(
    ({ gate, result }) => result === "wait" && gate !== "approvals" && gate !== "queue",
  );
  if (others || soon === undefined || expiresAt === undefined || facts.now < soon) return;
  const missing = reasons(verdict).flatMap(({ reason }) => (reason.code === "approvals.missing" ? [reason] : []));
  const logins = [...new Set(missing.flatMap(({ candidates }) => candidates))];
  if (missing.length === 0) return;
  const candidates: { login: string; slackUser?: string }[] = [];
  for (const login of logins) {
    const known = candidates.length < mostReminded;
    const slackUser = known ? await slackUserOf({ db: said.trx }, place.service.pipeline, login) : undefined;
    candidates.push({ login, ...optional("slackUser", slackUser) });
  }
  await sayOnce(said, `approval-reminder/${row.id}/${row.ask}/${facts.askedAt}`, {
    code: "approval-reminder",
    missing: Math.max(...missing.map(({ count, by }) => count - by.length)),
    candidates,
    expiresAt,
  });
  await bot.context.faults.at("approval.reminded");
}

/** Whoever rejected is asked for the reason; the Slack id tells whose words in the thread are it. */
export async function askForReason(said: Said, facts: Facts, by: string, place: Place): Promise<string | null> {
  const { row, trx } = said;
  const answer = await trx
    .selectFrom("approval")
    .select("slack_user")
    .where("deployment_id", "=", row.id)
    .where("ask", "=", row.ask)
    .where("login", "=", by)
    .executeTakeFirst();
  const slackUser = answer?.slack_user ?? (await slackUserOf({ db: trx }, place.service.pipeline, by));
  const content = { code: "rejection-reason-wanted", login: by, ...optional("slackUser", slackUser) } as const;
  await sayOnce(said, `rejection-reason/${row.id}/${facts.now}`, content);
  return slackUser ?? null;
}

type OfApprovals = { readonly reason: ReasonOf<"approvals">; readonly earlier: boolean };

function reasons(verdict: Verdict): readonly OfApprovals[] {
  return verdict.gates.flatMap(({ reason, earlier }) =>
    isOfApprovals(reason) ? [{ reason, earlier: earlier === true }] : [],
  );
}

function isOfApprovals(reason: Verdict["gates"][number]["reason"]): reason is ReasonOf<"approvals"> {
  return reason.code.startsWith("approvals.");
}

async function sayOnce(
  { trx, bot, row }: Said,
  key: string,
  content: Parameters<typeof say>[2]["content"],
): Promise<void> {
  await say(trx, bot, { key, content, channel: row.channel, deployment: row.id });
}
