/** The three people of the sandbox: the same on GitHub and in Slack, each with other rights. */
import type { SandboxPerson } from "../contract.ts";

export const samplePeople: readonly SandboxPerson[] = [
  { login: "alice", slackUser: "U0ALICE", name: "Alice", permission: "write", role: "developer" },
  { login: "rosa", slackUser: "U0ROSA", name: "Rosa", permission: "write", role: "release manager" },
  { login: "olaf", slackUser: "U0OLAF", name: "Olaf", permission: "read", role: "product owner" },
];
