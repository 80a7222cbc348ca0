/**
 * Keeps what a command writes: masked, in order, and bounded.
 *
 * Past the limit nothing more is written while the command runs; at the end its last words are added, because the
 * reason of a failure stands there. It must never hold more than a few chunks in memory.
 */
import type { FileHandle } from "node:fs/promises";
import type { Readable } from "node:stream";
import type { Context } from "../../context.ts";
import { maskedStream } from "./masking.ts";

const outputLimit = 20 * 1024 * 1024;
const lastWords = 64 * 1024;

export type Output = {
  /** Resolves when the stream ended or was destroyed. */
  take(stream: Readable): Promise<void>;
  close(): Promise<void>;
};

function limited(file: FileHandle, limit: number) {
  let written = 0;
  let left: Buffer = Buffer.alloc(0);
  let leftBytes = 0;
  let full = false;
  // A full disk must not end the supervisor while the command runs: the output is then as long as it is.
  const append = async (bytes: Buffer | string) => {
    if (full) return;
    await file.writeFile(bytes).catch(() => {
      full = true;
    });
  };
  return {
    async write(bytes: Buffer): Promise<void> {
      const fits = Math.max(0, Math.min(bytes.length, limit - written));
      if (fits > 0) await append(bytes.subarray(0, fits));
      written += fits;
      if (fits === bytes.length) return;
      if (leftBytes === 0) await append(`\n[The output is longer than ${limit} bytes; only its end follows.]\n`);
      leftBytes += bytes.length - fits;
      left = Buffer.concat([left, bytes.subarray(fits)]).subarray(-lastWords);
    },
    async end(): Promise<void> {
      if (leftBytes > left.length) await append(`[${leftBytes - left.length} bytes were left out.]\n`);
      await append(left);
    },
  };
}

export async function openOutput(
  context: Context,
  path: string,
  hidden: readonly string[],
  limit = outputLimit,
): Promise<Output> {
  const file = await context.files.open(path, "a", 0o600);
  const sink = limited(file, limit);
  return {
    async take(stream) {
      const masked = maskedStream(hidden);
      try {
        for await (const chunk of stream) await sink.write(masked.push(Buffer.from(chunk)));
      } catch (error) {
        // A stream that was let go of while open ends so; what had come is kept.
        if (!(error instanceof Error && "code" in error && error.code === "ERR_STREAM_PREMATURE_CLOSE")) throw error;
      }
      await sink.write(masked.end());
    },
    async close() {
      await sink.end();
      await file.close();
    },
  };
}
