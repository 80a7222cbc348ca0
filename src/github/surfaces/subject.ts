/**
 * Reads the subjects of GitHub's surfaces: what a projection's row is about, written as one string by the operation that
 * changed it.
 */
import { z } from "zod";
import { ofVersion } from "../../operations/releases.ts";

const id = z.coerce.number().int().positive();

export type PullRequestSubject = { readonly repositoryId: number; readonly number: number };
export type CheckSubject = PullRequestSubject & { readonly headSha: string };
export type EnvironmentCheckSubject = CheckSubject & { readonly environment: number };
export type IssueSubject = PullRequestSubject & {
  /** `owner/name` of the repository that the issue is in. */
  readonly issueRepository: string;
  readonly issue: number;
};

const pullRequest = { repositoryId: id, number: id };
const commentParts = z.object(pullRequest);
const revertParts = z.object({ ...pullRequest, deployment: id });
const checkParts = z.object({ ...pullRequest, headSha: z.string().regex(/^[0-9a-f]{40}$/) });
const environmentCheckParts = checkParts.extend({ environment: id });
const issueParts = z.object({ ...pullRequest, owner: z.string().min(1), repo: z.string().min(1), issue: id });

export function readCommentSubject(subject: string): PullRequestSubject {
  const [repositoryId, number] = subject.split("/");
  return commentParts.parse({ repositoryId, number });
}

/** As `ask-for-revert.ts` writes it. */
export function readRevertSubject(subject: string): PullRequestSubject & { readonly deployment: number } {
  const [repositoryId, number, deployment] = subject.split("/");
  return revertParts.parse({ repositoryId, number, deployment });
}

export function readCheckSubject(subject: string): CheckSubject {
  const [repositoryId, number, headSha] = subject.split("/");
  return checkParts.parse({ repositoryId, number, headSha });
}

/** As `judge-pull-request-gate.ts` writes it. */
export function readEnvironmentCheckSubject(subject: string): EnvironmentCheckSubject {
  const [repositoryId, number, environment, headSha] = subject.split("/");
  return environmentCheckParts.parse({ repositoryId, number, environment, headSha });
}

export function readIssueClosedSubject(subject: string): IssueSubject {
  const [repositoryId, number, owner, repo, issue] = subject.split("/");
  const parts = issueParts.parse({ repositoryId, number, owner, repo, issue });
  return {
    repositoryId: parts.repositoryId,
    number: parts.number,
    issueRepository: `${parts.owner}/${parts.repo}`,
    issue: parts.issue,
  };
}

export type ReleaseSubject = { readonly of: "deployment" | "version"; readonly id: number };

/** As `operations/releases.ts` writes it. */
export function readReleaseSubject(subject: string): ReleaseSubject {
  const of = subject.startsWith(ofVersion) ? "version" : "deployment";
  return { of, id: id.parse(of === "version" ? subject.slice(ofVersion.length) : subject) };
}

export function readDeploymentSubject(subject: string): number {
  return id.parse(subject);
}
