/** What a person can ask, whatever face they ask it on. `parse.ts` turns text into one of these. */

import type { VersionPart } from "../policy/versions/scheme.ts";

export const commandNames = ["/deploy", "/promote", "/rc", "/rollback"] as const;
export type CommandName = (typeof commandNames)[number];

export type Command =
  /** `/deploy` with nothing: whoever typed it wants to choose. */
  | { readonly kind: "menu"; readonly service?: string }
  | {
      readonly kind: "deploy";
      readonly environment: string;
      readonly revision?: string;
      /** The written reason of a hotfix; there is a revision then. */
      readonly hotfix?: string;
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
  | {
      readonly kind: "rc";
      /** Without a step: how the candidate stands. */
      readonly step?: "cut" | "next" | "finish";
      /** To cut: which part to raise, or the version as it was written; neither leaves it to the scheme. */
      readonly raise?: VersionPart;
      readonly version?: string;
      readonly service?: string;
    }
  | { readonly kind: "status"; readonly service?: string }
  | { readonly kind: "queue"; readonly service?: string }
  | { readonly kind: "history"; readonly environment?: string; readonly service?: string }
  | { readonly kind: "why"; readonly environment: string; readonly service?: string }
  | { readonly kind: "diff"; readonly environment: string; readonly service?: string }
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
      readonly kind: "freeze";
      /** `all` stands for every environment. */
      readonly environment: string;
      /** Epoch ms. */
      readonly until: number;
      readonly reason: string;
      readonly service?: string;
    }
  /** `all` stands for every environment. */
  | { readonly kind: "thaw"; readonly environment: string; readonly service?: string }
  | {
      readonly kind: "where";
      /** The number of an issue or a pull request. */
      readonly number: number;
      /** `owner/name`, when it was written. */
      readonly repository?: string;
      readonly service?: string;
    }
  | { readonly kind: "cancel"; readonly deployment: number }
  /** Without a stage: from the one that did not succeed. */
  | { readonly kind: "retry"; readonly deployment: number; readonly stage?: string }
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
  | { readonly kind: "demo"; readonly step?: "list"; readonly service?: string }
  | { readonly kind: "demo"; readonly step: "destroy"; readonly name: string; readonly service?: string }
  | { readonly kind: "link" }
  | { readonly kind: "unlink" }
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
      readonly what: "environment" | "revision" | "reason" | "deployment" | "outcome" | "issue" | "time" | "demo";
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
