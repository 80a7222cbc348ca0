import { createPrivateKey, generateKeyPairSync, sign } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createContext } from "../../../src/context.ts";
import { type Started, shop, startSandbox } from "./start-sandbox.ts";

let started: Started;
/** Milliseconds that the sandbox's clock is ahead of the real one. */
let ahead = 0;

beforeAll(async () => {
  const real = createContext();
  started = await startSandbox({ context: { ...real, clock: { ...real.clock, now: () => real.clock.now() + ahead } } });
  await started.github.createRepository("acme/web", { files: { "a.txt": "a" } });
  await started.github.createRepository("other/thing", { files: { "a.txt": "a" } });
});
afterAll(() => started.stop());

const real = createContext();

function assertion(claims: { readonly iss?: unknown; readonly iat?: number; readonly exp?: number }, key?: string) {
  const now = Math.floor(real.clock.now() / 1000);
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const said = { iss: started.github.appId, iat: now - 30, exp: now + 500, ...claims };
  const head = `${encode({ alg: "RS256", typ: "JWT" })}.${encode(said)}`;
  const signature = sign("RSA-SHA256", Buffer.from(head), createPrivateKey(key ?? started.github.privateKey));
  return `${head}.${signature.toString("base64url")}`;
}

async function get(path: string, authorization?: string) {
  const answer = await real.fetch(`${started.github.apiUrl}${path}`, {
    headers: authorization === undefined ? {} : { authorization },
  });
  const body: unknown = await answer.json();
  return { status: answer.status, body };
}

describe("the App's own sign-in", () => {
  test("octokit reads who the App is and where it is installed", async () => {
    const { data } = await started.app.rest.apps.getAuthenticated();
    expect(data).toMatchObject({ id: started.github.appId, slug: "signalbox" });
    const installations = await started.app.paginate(started.app.rest.apps.listInstallations);
    expect(installations.map((one) => one.account?.login)).toEqual(["acme", "other"]);
    const { data: ofOrg } = await started.app.rest.apps.getOrgInstallation({ org: "acme" });
    const { data: ofUser } = await started.app.rest.apps.getUserInstallation({ username: "acme" });
    const { data: byId } = await started.app.rest.apps.getInstallation({ installation_id: ofOrg.id });
    expect(ofUser.id).toBe(ofOrg.id);
    expect(byId.id).toBe(ofOrg.id);
  });

  const wrong: readonly [string, () => string, number, string][] = [
    ["no JWT", () => "abc.def.ghi", 401, "A JSON web token could not be decoded"],
    ["another's key", () => assertion({}, otherKey()), 401, "A JSON web token could not be decoded"],
    ["another App", () => assertion({ iss: 1 }), 404, "Integration not found"],
    [
      "more than ten minutes",
      () => assertion({ exp: now() + 700 }),
      401,
      "'Expiration time' claim ('exp') is too far in the future",
    ],
    [
      "expired",
      () => assertion({ exp: now() - 5 }),
      401,
      "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
    ],
    [
      "from the future",
      () => assertion({ iat: now() + 120 }),
      401,
      "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
    ],
  ];
  const now = () => Math.floor(real.clock.now() / 1000);
  const otherKey = () =>
    generateKeyPairSync("rsa", { modulusLength: 2_048 }).privateKey.export({ type: "pkcs1", format: "pem" }).toString();

  test.each(wrong)("a JWT is refused: %s", async (_, make, status, message) => {
    expect(await get("/app", `Bearer ${make()}`)).toMatchObject({ status, body: { message } });
  });

  test("a good JWT is taken", async () => {
    expect((await get("/app", `Bearer ${assertion({})}`)).status).toBe(200);
  });

  test("a repository is not read with a JWT, nor the App with an installation's token", async () => {
    expect((await get("/repos/acme/shop", `Bearer ${assertion({})}`)).status).toBe(401);
    const { token } = await installationToken();
    expect((await get("/app", `Bearer ${token}`)).status).toBe(401);
  });
});

async function installationToken(parameters: { repositories?: string[] } = {}) {
  const { data } = await started.app.rest.apps.getRepoInstallation(shop);
  const made = await started.app.rest.apps.createInstallationAccessToken({ installation_id: data.id, ...parameters });
  return made.data;
}

describe("installation tokens", () => {
  test("open the installation's repositories and no other", async () => {
    const { token } = await installationToken();
    expect((await get("/repos/acme/shop", `token ${token}`)).status).toBe(200);
    expect((await get("/repos/other/thing", `token ${token}`)).status).toBe(404);
    expect((await get("/repos/acme/shop")).status).toBe(404);
  });

  test("can be narrowed to some repositories", async () => {
    const { token, repositories } = await installationToken({ repositories: ["web"] });
    expect(repositories?.map((one) => one.full_name)).toEqual(["acme/web"]);
    expect((await get("/repos/acme/web", `token ${token}`)).status).toBe(200);
    expect((await get("/repos/acme/shop", `token ${token}`)).status).toBe(404);
    await expect(installationToken({ repositories: ["nothing"] })).rejects.toMatchObject({ status: 422 });
  });

  test("unknown ones are refused", async () => {
    expect(await get("/repos/acme/shop", "token ghs_unknown")).toMatchObject({
      status: 401,
      body: { message: "Bad credentials" },
    });
  });

  test("end after an hour", async () => {
    const { token, expires_at } = await installationToken();
    expect(Date.parse(expires_at) - real.clock.now()).toBeLessThanOrEqual(60 * 60 * 1000);
    ahead = 61 * 60 * 1000;
    expect((await get("/repos/acme/shop", `token ${token}`)).status).toBe(401);
    ahead = 0;
  });

  test("list their repositories, page by page", async () => {
    const first = await started.octokit.rest.apps.listReposAccessibleToInstallation({ per_page: 1 });
    expect(first.data.total_count).toBe(2);
    expect(first.headers.link).toMatch(/page=2>; rel="next"/);
    const all = await started.octokit.paginate(started.octokit.rest.apps.listReposAccessibleToInstallation, {
      per_page: 1,
    });
    expect(all.map((one) => one.full_name)).toEqual(["acme/shop", "acme/web"]);
  });
});
