/**
 * The log that Slack's libraries write to. Their debug lines hold whole requests, with response URLs in them, so those
 * are dropped; their errors are told again by whoever called, so these are only warnings.
 */
import { LogLevel, type Logger as SlackLogger } from "@slack/web-api";
import type { Logger } from "pino";

function line(parts: readonly unknown[]): string {
  return parts.map((part) => (part instanceof Error ? part.message : String(part))).join(" ");
}

export function libraryLog(log: Logger): SlackLogger {
  return {
    debug: () => undefined,
    info: (...parts: unknown[]) => log.debug(line(parts)),
    warn: (...parts: unknown[]) => log.debug(line(parts)),
    error: (...parts: unknown[]) => log.warn(line(parts)),
    setLevel: () => undefined,
    getLevel: () => LogLevel.INFO,
    setName: () => undefined,
  };
}
