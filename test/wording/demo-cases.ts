/** What is said of demos, and its exact words. */
import type { DemoNote, DemoReply } from "../../src/operations/demo-said.ts";

type Cases<Content extends { readonly code: string }> = {
  readonly [C in Content["code"]]: readonly (readonly [Omit<Extract<Content, { code: C }>, "code">, string])[];
};

const gate = { gate: "lock", reason: { code: "lock.held", by: "rosa", reason: "shown on Friday", at: 0 } } as const;
const clearedBy = [{ kind: "person", login: "rosa" }] as const;
const held =
  "lock. rosa holds a lock, since 1970-01-01 00:00 UTC (20778 days ago), saying “shown on Friday”. rosa can unlock it.";

export const demoReplies: Cases<DemoReply> = {
  demos: [
    [{ services: [{ service: "shop", demos: [] }] }, "The pipeline file of shop has no demos."],
    [
      { services: [{ service: "shop", made: { branches: ["demo/*", "try/*"], most: 20 }, demos: [] }] },
      "shop has no demos now. A push to demo/* or try/* makes one.",
    ],
  ],
  "unknown-demo": [
    [{ service: "shop", found: "x", choices: [] }, "shop has no demo “x”. It has none now."],
    [
      { service: "shop", found: "baskt", nearest: "basket", choices: ["basket", "till"] },
      "shop has no demo “baskt”. Did you mean basket? It has basket and till.",
    ],
  ],
  "demo-gone": [
    [
      { service: "shop", demo: "basket" },
      "Nothing of the demo basket of shop had been started, so there was nothing to destroy. It is gone.",
    ],
  ],
  "demo-destroying": [
    [
      { service: "shop", demo: "basket", deployment: 7, verdict: { outcome: "go", gates: [] } },
      "Deployment 7 destroys the demo basket of shop. A push to its branch makes it again.",
    ],
    [
      {
        service: "shop",
        demo: "basket",
        deployment: 7,
        verdict: { outcome: "wait", gates: [{ ...gate, result: "wait", clearedBy }] },
      },
      `Deployment 7 destroys the demo basket of shop. A push to its branch makes it again.\n• Waits: ${held}`,
    ],
  ],
  "demo-kept": [
    [
      {
        service: "shop",
        demo: "basket",
        verdict: { outcome: "stop", gates: [{ ...gate, result: "block", clearedBy }] },
      },
      `The demo basket of shop may not be destroyed.\n• Blocks: ${held}`,
    ],
  ],
};

const ends = { demo: "demo/basket", branch: "feature-demo/basket", by: "alice" } as const;

export const demoNotes: Cases<DemoNote> = {
  "demo-ends": [
    [{ ...ends, because: "branch-deleted" }, "The branch feature-demo/basket was deleted, so its demo is destroyed."],
    [
      { ...ends, because: "time-over" },
      "Its time is over: nobody has pushed to feature-demo/basket for as long as a demo lasts.",
    ],
    [{ ...ends, because: "asked" }, "alice asked to destroy this demo. A push to feature-demo/basket makes it again."],
  ],
  "demo-limit": [
    [
      { service: "shop", branch: "feature-demo/till", most: 20 },
      "feature-demo/till gets no demo: shop has 20 already, which is as many as there may be. Destroy one (/deploy demo list), then push again.",
    ],
  ],
};
