/** One command as help explains it. */
export type HelpEntry = {
  readonly usage: string;
  /** One or two plain sentences. */
  readonly does: string;
  readonly examples: readonly string[];
};
