/** What a person can ask, whatever face they ask it on. `parse.ts` turns text into one of these. */

export const commandNames = ["/deploy", "/promote", "/rollback"] as const;
export type CommandName = (typeof commandNames)[number];

export type Command =
  | {
      readonly kind: "deploy";
      readonly environment: string;
      readonly revision?: string;
      readonly service?: string;
    }
  | { readonly kind: "promote"; readonly environment: string; readonly service?: string }
  | {
      readonly kind: "rollback";
      readonly environment: string;
      /** A version or SHA; without it, what was live and healthy before. */
      readonly to?: string;
      readonly reason?: string;
      readonly service?: string;
    }
  | { readonly kind: "status"; readonly service?: string }
  | { readonly kind: "why"; readonly environment: string; readonly service?: string }
  | {
      readonly kind: "lock";
      readonly environment: string;
      readonly reason: string;
      /** Epoch ms. */
      readonly until?: number;
      readonly service?: string;
    }
  | { readonly kind: "unlock"; readonly environment: string; readonly service?: string }
  | {
      readonly kind: "where";
      /** The number of an issue or a pull request. */
      readonly number: number;
      /** `owner/name`, when it was written. */
      readonly repository?: string;
      readonly service?: string;
    }
  | { readonly kind: "cancel"; readonly deployment: number }
  | {
      readonly kind: "resolve";
      readonly deployment: number;
      readonly outcome: "success" | "failure";
      readonly reason: string;
    }
  | {
      readonly kind: "adopt";
      readonly environment: string;
      readonly revision: string;
      readonly service?: string;
    }
  | { readonly kind: "allow"; readonly revision: string; readonly reason: string; readonly service?: string }
  | { readonly kind: "help"; readonly topic?: string };

/** What was wrong with the words, what would be right, and the nearest valid word. */
export type CommandProblem =
  | {
      readonly code: "unknown-word";
      readonly word: string;
      readonly nearest?: string;
      readonly choices: readonly string[];
    }
  | {
      readonly code: "missing";
      readonly what: "environment" | "revision" | "reason" | "deployment" | "outcome" | "issue";
      readonly usage: string;
    }
  | { readonly code: "unexpected"; readonly word: string; readonly usage: string }
  | { readonly code: "bad-time"; readonly found: string; readonly usage: string }
  /** No `#12`, `12`, `owner/repo#12` or address of an issue or pull request. */
  | { readonly code: "bad-issue"; readonly found: string; readonly usage: string }
  | { readonly code: "bad-number"; readonly found: string; readonly usage: string };

export type CommandReading =
  | { readonly kind: "command"; readonly command: Command }
  | { readonly kind: "problem"; readonly problem: CommandProblem };
