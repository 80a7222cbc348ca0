/**
 * A connection on which PostgreSQL parses and plans each text once: for small tables that is most of its work. All that
 * the bot asks with values goes this way, and so does the job queue.
 *
 * What shares connections out between two statements must know prepared statements, as PgBouncer does from 1.21 on.
 */
import { Client, type ClientConfig } from "pg";

/** What is prepared takes memory for as long as the connection is there. The bot has half as many texts. */
const textsAtMost = 500;

/**
 * Raised when a table has changed meanwhile, by another replica of a newer version: what was prepared for its columns of
 * before is refused for good. Every connection then prepares anew, under new names. The one statement that met it fails,
 * and whoever asked tries again.
 */
let generation = 0;

function noteOutdated(error: unknown): void {
  if (error instanceof Error && "routine" in error && error.routine === "RevalidateCachedQuery") generation += 1;
}

export class PreparingClient extends Client {
  readonly #prepared = new Map<string, string>();
  #generation = generation;

  constructor(config?: string | ClientConfig) {
    super(config);
    const query = this.query;
    // The signature of `pg` is a set of overloads; only those with a text and values, as all of ours, are changed.
    Reflect.set(this, "query", (asked: unknown, values: unknown, ...rest: readonly unknown[]) => {
      if (typeof asked !== "string" || !Array.isArray(values) || values.length === 0)
        return Reflect.apply(query, this, [asked, values, ...rest]);
      const named = { name: this.#nameOf(asked), text: asked, values };
      const [told] = rest;
      if (typeof told === "function") {
        const noted = (error: unknown, ...result: readonly unknown[]) => {
          noteOutdated(error);
          told(error, ...result);
        };
        return Reflect.apply(query, this, [named, noted]);
      }
      const answer: unknown = Reflect.apply(query, this, [named]);
      if (answer instanceof Promise) answer.catch(noteOutdated);
      return answer;
    });
  }

  /** Undefined when it is to be asked without being kept. */
  #nameOf(text: string): string | undefined {
    if (this.#generation !== generation) {
      this.#generation = generation;
      this.#prepared.clear();
    }
    const known = this.#prepared.get(text);
    if (known !== undefined || this.#prepared.size >= textsAtMost) return known;
    const name = `signalbox-${generation}-${this.#prepared.size}`;
    this.#prepared.set(text, name);
    return name;
  }
}
