/** Demos → sentences: the list of them, what became of a wish to destroy one, and why one is destroyed. */
import type { DemoEnds, DemoNote, DemoReply, DemoShown, DemosOfService } from "../operations/demo-said.ts";
import type { Instant } from "../policy/model.ts";
import { gateLines } from "./gate-lines.ts";
import { ageInWords, count, durationInWords, listInWords, quoted, timeInWords } from "./phrases.ts";
import { liveSentence, standingSentences } from "./standing.ts";

export function wordDemoReply(reply: DemoReply, now: Instant): string {
  switch (reply.code) {
    case "demos":
      return reply.services.map((service) => demoLines(service, now).join("\n")).join("\n\n");
    case "unknown-demo": {
      const near = reply.nearest === undefined ? "" : ` Did you mean ${reply.nearest}?`;
      const there = reply.choices.length === 0 ? "none now" : listInWords(reply.choices, "and", 20);
      return `${reply.service} has no demo ${quoted(reply.found)}.${near} It has ${there}.`;
    }
    case "demo-gone":
      return `Nothing of the demo ${reply.demo} of ${reply.service} had been started, so there was nothing to destroy. It is gone.`;
    case "demo-destroying": {
      const waits = reply.verdict.gates.filter((gate) => gate.result === "wait");
      return [
        `Deployment ${reply.deployment} destroys the demo ${reply.demo} of ${reply.service}. A push to its branch makes it again.`,
        ...gateLines({ ...reply.verdict, gates: waits }, now),
      ].join("\n");
    }
    case "demo-kept":
      return [
        `The demo ${reply.demo} of ${reply.service} may not be destroyed.`,
        ...gateLines({ ...reply.verdict, gates: reply.verdict.gates.filter((gate) => gate.result === "block") }, now),
      ].join("\n");
  }
}

function demoLines({ service, made, demos }: DemosOfService, now: Instant): readonly string[] {
  const how = made === undefined ? "" : ` A push to ${listInWords(made.branches, "or", 20)} makes one.`;
  if (demos.length === 0) {
    return [
      made === undefined ? `The pipeline file of ${service} has no demos.` : `${service} has no demos now.${how}`,
    ];
  }
  const most = made === undefined ? " The pipeline file makes no more." : ` There may be ${made.most}.`;
  return [`${service} has ${count(demos.length, "demo")}.${most}`, ...demos.flatMap((demo) => oneDemo(demo, now))];
}

function oneDemo({ slug, branch, by, since, endsAt, standing }: DemoShown, now: Instant): readonly string[] {
  const seen = standing.url === undefined ? "" : ` ${standing.url}`;
  return [
    `• ${slug}, of the branch ${branch}: ${liveSentence(standing, now)}${seen}`,
    `    Made ${ageInWords(since, now)}, pushed to last by ${by}. It ends at ${timeInWords(endsAt)}${left(endsAt, now)}.`,
    ...standingSentences(standing, now).map((line) => `    ${line}`),
  ];
}

function left(endsAt: Instant, now: Instant): string {
  return endsAt > now ? `, in ${durationInWords(endsAt - now)}` : "";
}

export function wordDemoNote(note: DemoNote): string {
  switch (note.code) {
    case "demo-ends":
      return ends[note.because](note);
    case "demo-limit":
      return `${note.branch} gets no demo: ${note.service} has ${note.most} already, which is as many as there may be. Destroy one (/deploy demo list), then push again.`;
  }
}

type Ends = Extract<DemoNote, { code: "demo-ends" }>;

const ends: Readonly<Record<DemoEnds, (note: Ends) => string>> = {
  "branch-deleted": ({ branch }) => `The branch ${branch} was deleted, so its demo is destroyed.`,
  "time-over": ({ branch }) => `Its time is over: nobody has pushed to ${branch} for as long as a demo lasts.`,
  asked: ({ by, branch }) => `${by} asked to destroy this demo. A push to ${branch} makes it again.`,
};
