/**
 * `github.check`: the check run `signalbox/ready` on a pull request's head, one for each head. It is written in the
 * repository that the pull request goes into, also when the head is a fork's.
 */
import { readyCheckName } from "../../operations/branch-guard.ts";
import { pipelinePath } from "../../operations/pull-request-facts.ts";
import type { Mistake } from "../../policy/pipeline.ts";
import type { PullRequestFinding, Readiness } from "../../policy/pull-request.ts";
import type { Rendering, Surface } from "../../projections/surface.ts";
import { mistakeForMark, readinessSummary, readinessTitle } from "../wording-pull-request.ts";
import {
  type Button,
  type CheckRunContent,
  createCheckRun,
  findCheckRun,
  type Mark,
  updateCheckRun,
} from "./check-run.ts";
import { type Ground, loadGuard, loadPullRequest, loadRepository } from "./ground.ts";
import { readCheckSubject } from "./subject.ts";

/** GitHub does not tell of everything that a rule looks at: somebody who knows better can have it looked up anew. */
const lookAgain: Button = {
  label: "Look again",
  description: "Looks up issues and versions anew",
  identifier: "look-again",
};

export function createCheckSurface(ground: Ground): Surface<CheckRunContent> {
  const place = (subject: string) => {
    const { repositoryId, headSha } = readCheckSubject(subject);
    return { repositoryId, headSha, name: readyCheckName };
  };

  return {
    surface: "github.check",

    async render(subject): Promise<Rendering<CheckRunContent> | undefined> {
      const { repositoryId, number, headSha } = readCheckSubject(subject);
      const row = await loadPullRequest(ground, repositoryId, number);
      // An older head keeps what it last said; nobody looks at it any more.
      if (row === undefined || row.readiness === null || row.head_sha !== headSha) return undefined;
      const repository = await loadRepository(ground, repositoryId);
      if (repository === undefined) return undefined;
      const { readiness } = row;
      const unguarded = (await loadGuard(ground, repositoryId, row.base_ref)) === false;
      const marks = marksOf(readiness, repository.full_name);
      const isHelped = [...readiness.problems, ...readiness.suggestions].some(mayHaveChangedUnseen);
      return {
        content: {
          ...verdictOf(readiness),
          title: readinessTitle(readiness),
          summary: readinessSummary(readiness, unguarded),
          ...(marks.length === 0 ? {} : { marks }),
          ...(isHelped ? { buttons: [lookAgain] } : {}),
        },
      };
    },

    find: (subject) => findCheckRun(ground, place(subject), subject),
    create: (subject, content) => createCheckRun(ground, place(subject), subject, content),
    update: (external, content, subject) => updateCheckRun(ground, place(subject), subject, external, content),
  };
}

function verdictOf({ state }: Readiness): Pick<CheckRunContent, "status" | "conclusion"> {
  return state === "in_progress" ? { status: state } : { status: "completed", conclusion: state };
}

/** A title, a draft or a missing keyword is always told of when it changes. */
function mayHaveChangedUnseen({ rule, code }: PullRequestFinding): boolean {
  return rule !== "wip" && code !== "closes.none";
}

function marksOf({ problems }: Readiness, repository: string): readonly Mark[] {
  const own = `${repository}:${pipelinePath}`;
  return problems
    .flatMap((finding) => (finding.code === "pipeline.mistakes" ? finding.mistakes : []))
    .filter(({ file }) => file === own)
    .map(markOf);
}

function markOf(mistake: Mistake): Mark {
  return {
    path: pipelinePath,
    start_line: mistake.line,
    end_line: mistake.line,
    annotation_level: "failure",
    title: "A mistake in the pipeline file",
    message: mistakeForMark(mistake),
  };
}
