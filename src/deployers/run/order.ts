/**
 * What a supervisor is told to do. It travels through a pipe only: it holds secrets and must never be written to disk.
 *
 * It is read by hand: a supervisor is a process for one start, and zod alone would take as long to load as all else that
 * it needs. What it leaves behind is read by the bot, which has zod anyway (`records.ts`).
 */
import { optional } from "../../optional.ts";

export type Order = {
  readonly token: string;
  /** Names the folder that it works in. */
  readonly checkout: number;
  readonly repository: { readonly id: number; readonly fullName: string };
  readonly sha: string;
  readonly git: { readonly url: string; readonly extraHeader?: string | undefined };
  readonly run: string;
  readonly confirm?: string | undefined;
  /** The command's whole environment but for HOME and TMPDIR, which are made in the attempt's folder. */
  readonly env: Readonly<Record<string, string>>;
  /** Values that must not appear in the output. */
  readonly hidden: readonly string[];
  /** In ms from when the supervisor reads this. */
  readonly timeLeft: number;
};

const isText = (value: unknown): value is string => typeof value === "string";
const isNumber = (value: unknown): value is number => typeof value === "number";
const isWhole = (value: unknown): value is number => Number.isSafeInteger(value);
const isTexts = (value: unknown): value is string[] => Array.isArray(value) && value.every(isText);
const isVariables = (value: unknown): value is Record<string, string> =>
  typeof value === "object" && value !== null && !Array.isArray(value) && isTexts(Object.values(value));

function fieldsOf(value: unknown) {
  const fields = new Map<string, unknown>(typeof value === "object" && value !== null ? Object.entries(value) : []);
  const need = <T>(name: string, fits: (value: unknown) => value is T): T => {
    const found = fields.get(name);
    if (fits(found)) return found;
    // Never the value itself, which may be a secret.
    throw new Error(`What came is no order for a supervisor: ${name} is missing or of another kind.`);
  };
  const may = (name: string) => (fields.has(name) ? need(name, isText) : undefined);
  return { fields, need, may };
}

/** Throws on what no bot of this version sends. */
export function readOrder(received: unknown): Order {
  const { fields, need, may } = fieldsOf(received);
  const [repository, git] = [fieldsOf(fields.get("repository")), fieldsOf(fields.get("git"))];
  return {
    token: need("token", isText),
    checkout: need("checkout", isWhole),
    repository: { id: repository.need("id", isWhole), fullName: repository.need("fullName", isText) },
    sha: need("sha", isText),
    git: { url: git.need("url", isText), ...optional("extraHeader", git.may("extraHeader")) },
    run: need("run", isText),
    ...optional("confirm", may("confirm")),
    env: need("env", isVariables),
    hidden: need("hidden", isTexts),
    timeLeft: need("timeLeft", isNumber),
  };
}
