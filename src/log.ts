/**
 * The log: JSON lines by pino, each with the request's id. Whatever is written passes `redact` as its last step, so no
 * caller can forget it. It must never write a secret.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { type DestinationStream, destination, type LevelWithSilent, type Logger, pino, stdSerializers } from "pino";
import type { Clock } from "./context.ts";
import { createRedact } from "./log/redact.ts";

export type LogOptions = {
  readonly level: LevelWithSilent;
  readonly clock: Pick<Clock, "now">;
  /** Values that must not appear: `secrets` of what `readSettings` gave. */
  readonly secrets: readonly string[];
  /** Where the lines go; standard output by default. */
  readonly destination?: DestinationStream;
};

/** The id of the request or delivery that is being worked on, carried along every `await` into each log line. */
const current = new AsyncLocalStorage<string>();

/** Runs `work` so that each log line written meanwhile, also later in its promises, has `requestId: id`. */
export function withRequestId<T>(id: string, work: () => T): T {
  return current.run(id, work);
}

export function createLog(options: LogOptions): Logger {
  const redact = createRedact(options.secrets);
  const to = options.destination ?? destination({ fd: 1, sync: true });
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: () => `,"time":"${new Date(options.clock.now()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: stdSerializers.errWithCause, error: stdSerializers.errWithCause },
      mixin: () => {
        const requestId = current.getStore();
        return requestId === undefined ? {} : { requestId };
      },
    },
    { write: (line) => to.write(redact.line(line)) },
  );
}

/**
 * Lines for a person, when a person looks on (`terminal`) and pino-pretty is there: it is a tool of development, and
 * a container has none. Undefined otherwise.
 */
export async function prettyDestination(terminal: boolean): Promise<DestinationStream | undefined> {
  if (!terminal) return undefined;
  try {
    const { build } = await import("pino-pretty");
    return build({ sync: true, translateTime: "SYS:HH:MM:ss", singleLine: true });
  } catch {
    return undefined;
  }
}
