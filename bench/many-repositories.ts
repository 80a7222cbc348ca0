/** Many small repositories with open pull requests that are in order: what a start has most to do with. */
import { createServer } from "node:http";
import type { SandboxGitHub } from "../sandbox/contract.ts";

const pipeline = `
environments:
  staging:
    branch: main
    deploy: "true"
`;

/** Each with as many open pull requests. What GitHub sends of that is taken, so that no start asks for it again. */
export async function makeRepositories(github: SandboxGitHub, names: readonly string[], pulls: number): Promise<void> {
  const sink = createServer((request, response) => {
    request.resume();
    response.writeHead(202).end();
  });
  await new Promise<void>((resolve) => sink.listen(0, "127.0.0.1", resolve));
  const address = sink.address();
  if (address === null || typeof address === "string") throw new Error("the sink has no port");
  github.deliverTo(`http://127.0.0.1:${address.port}/`);
  const left = [...names];
  const makeSome = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) await makeRepository(github, next, pulls);
  };
  try {
    // A few at once: while one waits for its git, another goes on.
    await Promise.all(Array.from({ length: 4 }, makeSome));
    await github.settled();
  } finally {
    github.deliverTo(undefined);
    sink.close();
    sink.closeAllConnections();
  }
}

async function makeRepository(github: SandboxGitHub, name: string, pulls: number): Promise<void> {
  await github.createRepository(name, { files: { ".github/signalbox.yml": pipeline } });
  const changes = [{ path: "basket", content: "basket" }];
  const sha = await github.commit(name, "alice", { branch: "change-0", message: "Add it", changes });
  for (let pull = 0; pull < pulls; pull += 1) {
    const head = `change-${pull}`;
    if (pull > 0) await github.createRef(name, "alice", `refs/heads/${head}`, sha);
    const issue = await github.createIssue(name, "olaf", head);
    await github.openPullRequest(name, "alice", { title: head, body: `close #${issue}`, head });
  }
}
