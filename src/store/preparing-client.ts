/**
 * A connection on which PostgreSQL parses and plans each text once: for small tables that is most of its work. All that
 * the bot asks with values goes this way, and so does the job queue. One that says nothing more is given up, if whoever
 * opens it says when.
 *
 * What shares connections out between two statements must know prepared statements, as PgBouncer does from 1.21 on.
 */
import { Socket } from "node:net";
import { Client, type ClientConfig, Query } from "pg";

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

type Answered = (error: Error | undefined, result: unknown) => void;

export type Patience = {
  /**
   * A statement that has brought no byte for so long ends, and its connection with it: a machine that vanished, or a
   * pooler that lost its server, never says so, and every connection would wait there for good. Undefined: no end.
   */
  readonly answerWithinMs?: number;
};

export class PreparingClient extends Client {
  readonly #prepared = new Map<string, string>();
  #generation = generation;

  constructor(config?: string | (ClientConfig & Patience)) {
    super(config);
    const withinMs = typeof config === "object" ? config.answerWithinMs : undefined;
    // Once connected: with TLS the socket is another one then.
    if (withinMs !== undefined) this.once("connect", () => this.#giveUpAfter(withinMs));
    const query = this.query;
    // The signature of `pg` is a set of overloads; only those with a text and values, as all of ours, are changed.
    Reflect.set(this, "query", (asked: unknown, values: unknown, ...rest: readonly unknown[]) => {
      if (typeof asked !== "string" || !Array.isArray(values) || values.length === 0)
        return Reflect.apply(query, this, [asked, values, ...rest]);
      const [told] = rest;
      const ask = (answered: Answered) => {
        const noted: Answered = (error, result) => {
          noteOutdated(error);
          answered(error, result);
        };
        // Made here and named afterwards: a query given as an object is first copied by `pg`, property by property.
        Reflect.apply(query, this, [Object.assign(new Query(asked, values, noted), { name: this.#nameOf(asked) })]);
      };
      if (typeof told === "function") return ask((error, result) => told(error, result));
      const answer = new Promise((resolve, reject) => {
        ask((error, result) => (error ? reject(error) : resolve(result)));
      });
      return answer.catch((error: unknown) => {
        // Where it was asked, as `pg` itself says, rather than where the answer came in.
        if (error instanceof Error) Error.captureStackTrace(error);
        throw error;
      });
    });
  }

  #giveUpAfter(ms: number): void {
    const { stream } = this.connection;
    if (!(stream instanceof Socket)) return;
    stream.setTimeout(ms, () => {
      // One that waits for the next statement may be silent.
      if (Reflect.get(this, "readyForQuery") === true) return;
      stream.destroy(new Error(`the database did not answer within ${ms / 1000} s`));
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
