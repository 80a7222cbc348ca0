/**
 * Reads a request's body as the bytes that were signed. It never parses anything, never keeps more than the limit, and
 * bounds what all unfinished bodies hold together, since a body is read before its sender is known.
 */
import type { IncomingMessage } from "node:http";
import { type Answer, refusal } from "./answer.ts";

export type ReadBody =
  | { readonly kind: "body"; readonly body: Buffer }
  | { readonly kind: "refused"; readonly answer: Answer }
  /** The sender went away before the end; there is nobody to answer. */
  | { readonly kind: "gone" };

export type BodyReader = (message: IncomingMessage, limit: number) => Promise<ReadBody>;

/** Two of GitHub's largest and room for many usual ones, and still well inside the memory of a small container. */
const bytesHeldAtMost = 64 * 1024 * 1024;

function size(bytes: number): string {
  return bytes >= 1024 * 1024 ? `${bytes / 1024 / 1024} MiB` : `${bytes / 1024} KiB`;
}

export function createBodyReader(atMost = bytesHeldAtMost): BodyReader {
  let held = 0;

  return (message, limit) => {
    const tooLarge = () => refusal(413, `The body is larger than the ${size(limit)} that are read here.`);
    const declared = Number(message.headers["content-length"] ?? 0);
    if (declared > limit) return Promise.resolve({ kind: "refused", answer: tooLarge() });

    return new Promise((resolve) => {
      let chunks: Buffer[] = [];
      let length = 0;
      const finish = (result: ReadBody) => {
        held -= length;
        length = 0;
        chunks = [];
        resolve(result);
      };
      /** What still comes is let through unread, so that the sender gets to see the answer. */
      const refuse = (answer: Answer) => {
        message.off("data", take).resume();
        finish({ kind: "refused", answer });
      };
      const take = (chunk: Buffer) => {
        length += chunk.length;
        held += chunk.length;
        if (length > limit) return refuse(tooLarge());
        if (held > atMost) {
          const why = "Too many large requests are being read at the moment.";
          return refuse(refusal(503, why, { "retry-after": "5" }));
        }
        chunks.push(chunk);
      };
      const end = () => {
        const [first] = chunks;
        const body = chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks, length);
        finish({ kind: "body", body });
      };
      const gone = () => finish({ kind: "gone" });
      message.on("data", take).on("end", end).on("close", gone).on("error", gone);
    });
  };
}
