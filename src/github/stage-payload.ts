/** What the bot writes into the payload of GitHub Deployments, by which it knows its own. Pure. */
import { z } from "zod";

/** `stage`: the Deployment is a stage, which somebody else answers; otherwise it only shows what the bot does. */
const ours = z.object({
  signalbox: z.object({ deployment: z.number().optional(), token: z.string(), stage: z.boolean().optional() }),
});

export type OurPayload = z.infer<typeof ours>["signalbox"];

/** GitHub gives a payload back as an object or, on some paths, as the text that it keeps. */
export function readOurPayload(payload: unknown): OurPayload | undefined {
  const held = typeof payload === "string" && payload.length < 10_000 ? parsedJson(payload) : payload;
  return ours.safeParse(held).data?.signalbox;
}

function parsedJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
