/**
 * The sandbox's GitHub: real git repositories, GitHub's REST API, git over HTTP, signed webhooks. It knows nothing of
 * the bot but the address that its webhooks go to, and must never reach into it by any other way.
 */
import { generateKeyPair } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { promisify } from "node:util";
import type { Context } from "../../src/context.ts";
import type { SandboxGitHub, SandboxPerson } from "../contract.ts";
import { createActions } from "./actions/engine.ts";
import { readFiles } from "./acts/read-files.ts";
import { createAutomationActs } from "./automation-acts.ts";
import { createHub, type Event, type Hub } from "./hub/hub.ts";
import { createPeopleActs } from "./people-acts.ts";
import { appEvents } from "./render/account.ts";
import { actionsRoutes } from "./routes/actions.ts";
import { appRoutes } from "./routes/app.ts";
import { checkRoutes } from "./routes/checks.ts";
import { commitRoutes, oneCommitRoute } from "./routes/commits.ts";
import { contentRoutes } from "./routes/contents.ts";
import { deploymentRoutes } from "./routes/deployments.ts";
import { gitDataRoutes } from "./routes/git-data.ts";
import { gitTreeRoutes } from "./routes/git-trees.ts";
import { graphqlRoutes } from "./routes/graphql.ts";
import { issueRoutes } from "./routes/issues.ts";
import { createOAuth } from "./routes/oauth.ts";
import { pullRoutes } from "./routes/pulls.ts";
import { releaseRoutes } from "./routes/releases.ts";
import { repositoryRoutes } from "./routes/repositories.ts";
import { workflowRoutes } from "./routes/workflows.ts";
import { createApi } from "./server/api.ts";
import { createDeliveryQueue, type DeliveryQueue } from "./server/deliveries.ts";
import { answerGit, isGitPath } from "./server/git-http.ts";
import { createSignIn } from "./server/sign-in.ts";
import { repositoryView, workflowRunsView } from "./view.ts";

export type SandboxGitHubOptions = {
  readonly context: Context;
  /** Where the repositories are kept; made when it is not there. */
  readonly folder: string;
  readonly people: readonly SandboxPerson[];
  readonly host?: string;
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** The App's rate limit; GitHub's own highest for an installation unless said. */
  readonly callsPerHour?: number;
  /** The App's key as PEM; a new one unless said. Making one takes a good part of a second on a busy machine. */
  readonly privateKey?: string;
};

export async function createSandboxGitHub(options: SandboxGitHubOptions): Promise<SandboxGitHub> {
  const { context, folder, people, host = "127.0.0.1", port = 0, callsPerHour = 12_500 } = options;
  await mkdir(folder, { recursive: true });
  const privateKey = options.privateKey ?? (await ownPrivateKey());
  const webhookSecret = context.ids.secret(20);
  const listeners = new Set<() => void>();
  const changed = () => {
    for (const listener of listeners) listener();
  };
  let url = "";
  let greeted = false;
  const hub = createHub({
    context,
    folder,
    people,
    url: () => url,
    deliver: (event) => deliveries.deliver(event),
    heard: (repository, event, sender, payload) => actions.heard(repository, event, sender, payload),
    changed,
  });
  const deliveries: DeliveryQueue = createDeliveryQueue({
    context,
    secret: webhookSecret,
    app: () => hub.app,
    nextId: hub.nextId,
    changed,
  });
  const signIn = createSignIn(hub, privateKey);
  const actions = createActions(hub, (account) => signIn.personToken(account));
  const oauth = createOAuth(hub, signIn);
  const api = createApi({
    hub,
    signIn,
    callsPerHour,
    routes: [
      ...appRoutes(signIn, deliveries),
      ...oauth.routes,
      ...checkRoutes,
      ...commitRoutes,
      oneCommitRoute,
      ...gitDataRoutes,
      ...gitTreeRoutes,
      ...contentRoutes,
      ...graphqlRoutes,
      ...issueRoutes,
      ...pullRoutes,
      ...deploymentRoutes,
      ...workflowRoutes(actions),
      ...actionsRoutes,
      ...releaseRoutes,
      ...repositoryRoutes,
    ],
  });
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://sandbox");
    const answered = isGitPath(pathname) ? answerGit(hub, signIn, request, response) : api.answer(request, response);
    answered.catch((error: unknown) => answerBroken(request, response, error));
  });
  url = await listen(server, host, port);

  return {
    ...createPeopleActs(hub),
    ...createAutomationActs(hub),
    apiUrl: url,
    url,
    appId: hub.app.id,
    privateKey,
    webhookSecret,
    clientId: oauth.clientId,
    clientSecret: oauth.clientSecret,
    setCallback: oauth.setCallback,
    signIn: oauth.signIn,
    authorize: oauth.authorize,
    deliverTo(target) {
      deliveries.deliverTo(target);
      // GitHub greets a webhook address once.
      if (target !== undefined && !greeted) deliveries.deliver(pingEvent(hub));
      greeted ||= target !== undefined;
    },
    settled: () => deliveries.settled(),
    files: (fullName, revision) => readFiles(hub.repository(fullName), revision),
    workflowsIdle: () => actions.idle(),
    workflowRuns: (fullName) => workflowRunsView(hub.repository(fullName)),
    endWorkflowRun: (fullName, by, run) => {
      const repository = hub.repository(fullName);
      const found = repository.actions.runs.get(run);
      if (found !== undefined && found.status !== "completed") actions.cancel(found);
      hub.person(by);
    },
    view: (fullName) => repositoryView(hub.repository(fullName)),
    repositories: () => [...hub.repositories.values()].map(({ fullName }) => fullName),
    calls: () => api.calls(),
    fail: (match, answers) => api.fail(match, answers),
    deliveries: () => [...deliveries.log()],
    pauseDeliveries: () => deliveries.pause(),
    resumeDeliveries: () => deliveries.resume(),
    redeliver: (guid) => deliveries.redeliver({ guid }),
    tokenOf: (login) => signIn.personToken(hub.person(login)),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      await actions.close();
      deliveries.pause();
      deliveries.deliverTo(undefined);
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      await deliveries.settled();
      await Promise.all([...hub.repositories.values()].map(({ git }) => git.close()));
    },
  };
}

function pingEvent(hub: Hub): Event {
  const { id } = hub.app;
  const hook = { type: "App", id, name: "web", active: true, events: appEvents, app_id: id };
  const payload = { zen: "Keep it logically awesome.", hook_id: id, hook };
  return { name: "ping", action: null, installation: undefined, repository: undefined, payload };
}

let made: Promise<string> | undefined;

/** One for each process, since making it takes longer than all else of a start. */
function ownPrivateKey(): Promise<string> {
  made ??= makePrivateKey();
  return made;
}

const generate = promisify(generateKeyPair);

/** GitHub gives an App's key in this form. */
async function makePrivateKey(): Promise<string> {
  const { privateKey } = await generate("rsa", { modulusLength: 2_048 });
  return privateKey.export({ type: "pkcs1", format: "pem" }).toString();
}

function listen(server: ReturnType<typeof createServer>, host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      const address = server.address();
      if (address === null || typeof address === "string") reject(new Error("The sandbox's GitHub has no port."));
      else resolve(`http://${host.includes(":") ? `[${host}]` : host}:${address.port}`);
    });
  });
}

function answerBroken(request: IncomingMessage, response: ServerResponse, error: unknown): void {
  // What broke is told whole: nobody but the sandbox's own user can read it, and a silent 500 would hide a mistake.
  const message = `The sandbox's GitHub broke at ${request.method} ${request.url}: ${error instanceof Error ? error.stack : String(error)}`;
  if (!response.headersSent) response.writeHead(500, { "content-type": "application/json; charset=utf-8" });
  response.end(JSON.stringify({ message }));
}
