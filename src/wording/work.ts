/** Where the work of an issue or a pull request is, in sentences: for `/deploy where` and for the news on GitHub. */
import type { Reached, Work } from "../operations/work.ts";
import { namedRevision, quoted, timeInWords } from "./phrases.ts";

/** How a face writes names: plainly, or in its markup. */
export type WorkWords = {
  place(reached: Reached): string;
  revision(reached: Reached): string;
};

const plain: WorkWords = {
  place: ({ environment, service }) => (service === undefined ? environment : `${environment} of ${service}`),
  revision: ({ revision }) => namedRevision(revision, undefined),
};

/** `Live in staging as v1.4.0-rc.1 since …, in production as v1.4.0 since ….`, and what was taken back. */
export function sentencesForReached(reached: readonly Reached[], words: WorkWords): string {
  const live = reached.filter(({ gone }) => gone === undefined);
  const places = live.map((one) => `in ${words.place(one)} as ${words.revision(one)} since ${timeInWords(one.since)}`);
  return [
    ...(places.length === 0 ? [] : [`Live ${places.join(", ")}.`]),
    ...reached.flatMap((one) => (one.gone === undefined ? [] : [goneSentence(one, one.gone, words)])),
  ].join(" ");
}

function goneSentence(one: Reached, gone: NonNullable<Reached["gone"]>, words: WorkWords): string {
  const by = gone.rollback ? `a rollback (deployment ${gone.deployment})` : `deployment ${gone.deployment}`;
  return `Was live in ${words.place(one)} until ${timeInWords(gone.at)}, taken back by ${by}.`;
}

/** The answer to `/deploy where`: a line for each pull request. */
export function whereLines(asked: string, work: readonly Work[]): string {
  if (work.length === 0) {
    return `I know no pull request ${asked}, and none that closes an issue ${asked}. Pull requests are known from when the bot was installed; one names an issue by a line such as “Closes ${asked}” in its description.`;
  }
  return work.map((one) => `${one.repository}#${one.pullRequest} ${quoted(one.title)}: ${standing(one)}`).join("\n");
}

function standing(work: Work): string {
  switch (work.state) {
    case "open":
      return "Open, not merged yet.";
    case "closed":
      return "Closed without being merged.";
    case "merged": {
      const at = work.mergedAt === undefined ? "" : ` at ${timeInWords(work.mergedAt)}`;
      return work.reached.length === 0
        ? `Merged into ${work.base}${at}, not deployed yet.`
        : sentencesForReached(work.reached, plain);
    }
  }
}
