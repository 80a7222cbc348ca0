/** The sign that stands beside a word. It never stands alone: the word says the same. */
import type { StageView } from "../../operations/views.ts";
import type { GateResult, Status } from "../../policy/model.ts";

export const gateSigns: Readonly<Record<GateResult["result"], string>> = { pass: "✅", wait: "⏳", block: "⛔" };

export const statusSigns: Readonly<Record<Status, string>> = {
  requested: "⏳",
  waiting: "⏳",
  queued: "⏳",
  in_progress: "▶️",
  verifying: "🔎",
  success: "✅",
  rejected: "⛔",
  expired: "⌛",
  superseded: "⏭️",
  cancelled: "⏹️",
  failure: "❌",
  error: "⚠️",
};

export const stageSigns: Readonly<Record<StageView["state"], string>> = {
  pending: "▫️",
  running: "▶️",
  success: "✅",
  failure: "❌",
  error: "⚠️",
  cancelled: "⏹️",
  skipped: "⏭️",
};
