/**
 * `POST /api/deployments/<id>/status`: what the far side of an `http` stage reports. The secret belongs to the attempt
 * that the body names, so the body is read before its signature is checked, and is therefore kept small. An attempt
 * that there is not and a signature that is forged get the same answer. It never handles anything itself.
 */
import { createHash } from "node:crypto";
import type { Logger } from "pino";
import type { Context } from "../context.ts";
import type { Delivery, Stored } from "../store/inbox.ts";
import { type Answerer, header, refusal, text } from "./answer.ts";
import type { BodyReader } from "./body.ts";

/** A callback as `deployers/http.ts` reads it; undefined when it has another shape. */
export type ReadCallback = (
  body: string,
) => { readonly deployment: number; readonly token: string; readonly payload: unknown } | undefined;

export type Callbacks = {
  readonly read: ReadCallback;
  /** The secret of this attempt of this deployment; undefined when there is none. */
  secret(deployment: number, token: string): Promise<string | undefined>;
  verify(secret: string, body: Buffer, signature: string): boolean;
};

export type DeployerCallbacksParts = {
  readonly context: Pick<Context, "faults">;
  readonly log: Logger;
  readonly readBody: BodyReader;
  readonly callbacks: Callbacks;
  readonly inbox: { store(delivery: Delivery): Promise<Stored> };
  readonly onStored: (stored: Stored) => void;
};

const bodyAtMost = 64 * 1024;
const signatureForm = /^sha256=[0-9a-f]{64}$/u;
const unsigned = "The signature fits no attempt of this deployment.";

export function createDeployerCallbacks(parts: DeployerCallbacksParts): Answerer {
  const { context, log, readBody, callbacks, inbox } = parts;
  return async ({ message, open }) => {
    const deployment = Number(open[0]);
    const signature = header(message, "x-signalbox-signature-256");
    if (signature === undefined || !signatureForm.test(signature)) {
      return refusal(401, "X-Signalbox-Signature-256 must be sha256= and 64 hexadecimal digits.");
    }
    const read = await readBody(message, bodyAtMost);
    if (read.kind === "gone") return refusal(400, "The body did not come to its end.");
    if (read.kind === "refused") return read.answer;
    const callback = callbacks.read(read.body.toString("utf8"));
    if (callback === undefined) {
      return refusal(400, "The body must be JSON with deployment, token and status (in_progress, success or failure).");
    }
    if (callback.deployment !== deployment) return refusal(400, "The body names another deployment than the address.");
    const secret = await callbacks.secret(deployment, callback.token);
    if (secret === undefined || !callbacks.verify(secret, read.body, signature)) return refusal(401, unsigned);
    // The same report sent again is the same delivery; another report of the attempt is another.
    const key = `${callback.token}:${createHash("sha256").update(read.body).digest("hex")}`;
    const stored = await inbox.store({ source: "deployer", key, name: "status", payload: callback.payload });
    await context.faults.at("web.callback-stored");
    parts.onStored(stored);
    log.debug({ deployment, stored }, "a deployer's report was stored");
    return text(202, stored === "known" ? "Known already." : "Stored.");
  };
}
