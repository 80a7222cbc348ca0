/** Writes the rows as one table, and says of each goal whether it was met. It rounds for the eye only. */
import type { Goal, Row } from "./measure.ts";

function goalMet(row: Row): boolean | undefined {
  const value = row.goal?.of === "p99" ? row.p99 : row.median;
  if (row.goal === undefined || value === undefined) return undefined;
  return row.goal.holds === "at most" ? value <= row.goal.value : value >= row.goal.value;
}

function number(value: number | undefined, unit: Row["unit"]): string {
  if (value === undefined) return "";
  if (unit === "×" || unit === "s") return value.toFixed(2);
  return value < 100 ? value.toFixed(1) : String(Math.round(value));
}

function goalText(goal: Goal | undefined, unit: Row["unit"]): string {
  if (goal === undefined) return "";
  const sign = goal.holds === "at most" ? "≤" : "≥";
  return `${goal.of === "p99" ? "p99 " : ""}${sign} ${goal.value} ${unit}`;
}

const head = ["measure", "what", "n", "median", "p99", "unit", "goal", "met"] as const;
const aligned: readonly ("left" | "right")[] = ["left", "left", "right", "right", "right", "left", "left", "left"];

export function table(rows: readonly { readonly measure: string; readonly row: Row }[]): string {
  const lines = rows.map(({ measure, row }) => {
    const met = goalMet(row);
    return [
      measure,
      row.what,
      String(row.n),
      number(row.median, row.unit),
      number(row.p99, row.unit),
      row.unit,
      goalText(row.goal, row.unit),
      met === undefined ? "" : met ? "yes" : "NO",
    ];
  });
  const all = [[...head], ...lines];
  const widths = head.map((_name, at) => Math.max(...all.map((line) => line[at]?.length ?? 0)));
  const written = all.map((line) =>
    line
      .map((cell, at) => (aligned[at] === "right" ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0)))
      .join("  ")
      .trimEnd(),
  );
  const [first = "", ...rest] = written;
  return [first, widths.map((width) => "─".repeat(width)).join("  "), ...rest].join("\n");
}
