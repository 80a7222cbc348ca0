/** The pipeline file by Probot's config mechanism, with the texts that it was read from. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createGitHubFacts } from "../../src/github/facts.ts";
import { type KnownPipelineFiles, OutsideError } from "../../src/operations/ports.ts";
import { aSandbox, type WithSandbox } from "./a-sandbox.ts";

let world: WithSandbox;

beforeAll(async () => {
  world = await aSandbox();
});

afterAll(async () => {
  await world.close();
});

let made = 0;
/** A repository of its own for each test, with this pipeline file. */
async function sourcesOf(text: string | undefined, owner = "acme") {
  made += 1;
  const fullName = `${owner}/repo-${made}`;
  const files = text === undefined ? { a: "a" } : { ".github/signalbox.yml": text };
  await world.sandbox.createRepository(fullName, { files });
  const repository = await world.repository(fullName);
  const found = await createGitHubFacts(world.github).pipelineSources(repository);
  return { fullName, repository, found };
}

test("none", async () => {
  expect((await sourcesOf(undefined)).found).toBeUndefined();
});

test("one file, in one call", async () => {
  const text = "service: shop\nenvironments: {staging: {deploy: make deploy}}\n";
  const { fullName, found, repository } = await sourcesOf(text);
  expect(found).toEqual({
    sources: [{ name: `${fullName}:.github/signalbox.yml`, text }],
    merged: { service: "shop", environments: { staging: { deploy: "make deploy" } } },
  });
  const calls = await world.callsOf(() => createGitHubFacts(world.github).pipelineSources(repository));
  expect(calls).toHaveLength(1);
});

test("an empty file is a file", async () => {
  const { found, fullName } = await sourcesOf("");
  expect(found).toEqual({ sources: [{ name: `${fullName}:.github/signalbox.yml`, text: "" }], merged: {} });
});

describe("_extends", () => {
  test("maps are merged, lists replaced, and both texts are there", async () => {
    const base = "people: {alice: U1}\nenvironments: {staging: {deploy: [{a: a}, {b: b}], timeout: 5m}}\n";
    await world.sandbox.createRepository("acme/shared", { files: { ".github/signalbox.yml": base } });
    const own = "_extends: shared\nenvironments: {staging: {deploy: [{c: c}]}}\n";
    const { found, fullName } = await sourcesOf(own);
    expect(found).toEqual({
      sources: [
        { name: `${fullName}:.github/signalbox.yml`, text: own },
        { name: "acme/shared:.github/signalbox.yml", text: base },
      ],
      merged: { people: { alice: "U1" }, environments: { staging: { deploy: [{ c: "c" }], timeout: "5m" } } },
    });
  });

  test("a file of another name in another repository", async () => {
    await world.sandbox.createRepository("acme/rules", { files: { "deploy/base.yml": "service: base\n" } });
    const { found } = await sourcesOf("_extends: acme/rules:deploy/base.yml\n");
    expect(found?.merged).toEqual({ service: "base" });
    expect(found?.sources[1]?.name).toBe("acme/rules:deploy/base.yml");
  });

  test("in a circle", async () => {
    await world.sandbox.createRepository("acme/round", { files: { ".github/signalbox.yml": "_extends: round\n" } });
    const { found } = await sourcesOf("_extends: round\n");
    expect(found).toMatchObject({ merged: undefined, unfollowed: "a file that extends this one again" });
  });

  test.each([
    ["_extends: 5\n", "5"],
    ["_extends: '../../etc'\n", '"../../etc"'],
    ["_extends: [a]\n", '["a"]'],
    ["_extends: not-there\n", "acme/not-there:.github/signalbox.yml"],
    ["_extends: other-org/private:base.yml\n", "other-org/private:base.yml"],
  ])("%j cannot be followed: the text comes back without data, and says so", async (text, unfollowed) => {
    const { found, fullName } = await sourcesOf(text);
    expect(found).toEqual({
      sources: [{ name: `${fullName}:.github/signalbox.yml`, text }],
      merged: undefined,
      unfollowed,
    });
  });
});

test("the organisation's .github repository stands in", async () => {
  await world.sandbox.createRepository("bigcorp/.github", { files: { ".github/signalbox.yml": "service: all\n" } });
  const { found } = await sourcesOf(undefined, "bigcorp");
  expect(found).toEqual({
    sources: [{ name: "bigcorp/.github:.github/signalbox.yml", text: "service: all\n" }],
    merged: { service: "all" },
  });
});

test.each(["a: [1\n", "a: b: c\n", "\tx: 1\n", "just words\n", "a: &a [*a, *a]\nb: *nothing\n"])(
  "%j is no YAML map: the text comes back without data",
  async (text) => {
    const { found, fullName } = await sourcesOf(text);
    expect(found).toEqual({ sources: [{ name: `${fullName}:.github/signalbox.yml`, text }], merged: undefined });
  },
);

test("readings at the same time do not see each other's texts", async () => {
  const one = await sourcesOf("service: one\n");
  const two = await sourcesOf("service: two\n");
  const facts = createGitHubFacts(world.github);
  const both = await Promise.all([facts.pipelineSources(one.repository), facts.pipelineSources(two.repository)]);
  expect(both).toEqual([one.found, two.found]);
});

test("when GitHub does not answer, that is no missing file", async () => {
  const { repository } = await sourcesOf("service: shop\n");
  world.sandbox.fail({ method: "GET", path: /contents/ }, [{ status: 502 }]);
  await expect(createGitHubFacts(world.github).pipelineSources(repository)).rejects.toThrow(OutsideError);
});

describe("of many repositories at once", () => {
  const facts = () => createGitHubFacts(world.github);

  test("each is read as it would be by itself, and what is known is not asked for again", async () => {
    const owner = "many";
    const base = "people: {alice: U1}\n";
    await world.sandbox.createRepository(`${owner}/shared`, { files: { ".github/signalbox.yml": base } });
    const text = "service: shop\nenvironments: {staging: {deploy: make deploy}}\n";
    const texts = [text, undefined, `_extends: shared\n${text}`, "a: [", ""];
    const alone: Awaited<ReturnType<typeof sourcesOf>>[] = [];
    for (const one of texts) alone.push(await sourcesOf(one, owner));
    const repositories = alone.map(({ repository }) => repository);
    let known: KnownPipelineFiles = new Map();
    const asking = async () => {
      known = (await facts().pipelineFiles(repositories)).files;
    };
    expect(await world.callsOf(asking)).toEqual(["POST /graphql"]);
    const calls = await world.callsOf(async () => {
      for (const { repository, found } of alone) {
        expect(await facts().pipelineSources(repository, undefined, known)).toEqual(found);
      }
    });
    expect(calls).toEqual([`GET /repos/${owner}/shared/contents/.github%2Fsignalbox.yml`]);
  });

  test("their owner's file stands in for a missing one", async () => {
    const stand = "service: any\nenvironments: {staging: {deploy: make deploy}}\n";
    await world.sandbox.createRepository("orga/.github", { files: { ".github/signalbox.yml": stand } });
    const { repository, found } = await sourcesOf(undefined, "orga");
    expect(found?.sources).toEqual([{ name: "orga/.github:.github/signalbox.yml", text: stand }]);
    const { files: known } = await facts().pipelineFiles([repository, await world.repository("orga/.github")]);
    expect(await world.callsOf(() => facts().pipelineSources(repository, undefined, known))).toEqual([]);
    expect(await facts().pipelineSources(repository, undefined, known)).toEqual(found);
  });

  test("a link is not its target: it is left for the REST API, which follows it", async () => {
    const { repository, fullName } = await sourcesOf(undefined, "links");
    const octokit = await world.github.installation(repository.installationId);
    const at = { owner: "links", repo: fullName.split("/")[1] ?? "" };
    const { data: before } = await octokit.rest.git.getRef({ ...at, ref: "heads/main" });
    const tree = [
      { path: ".github/signalbox.yml", mode: "120000" as const, type: "blob" as const, content: "../real.yml" },
    ];
    const { data: made } = await octokit.rest.git.createTree({ ...at, tree });
    const commit = { ...at, message: "Link it", tree: made.sha, parents: [before.object.sha] };
    const { data: head } = await octokit.rest.git.createCommit(commit);
    await octokit.rest.git.updateRef({ ...at, ref: "heads/main", sha: head.sha });
    expect([...(await facts().pipelineFiles([repository])).files.keys()]).toEqual(["links/.github"]);
  });
});

describe("the workflows of the default branch", () => {
  const facts = () => createGitHubFacts(world.github);
  const path = ".github/workflows/cd.yml";

  test("come with the pipeline files of many, and in one call of one: by path, and nothing else of the folder", async () => {
    const files = { ".github/signalbox.yml": "service: shop\n", [path]: "on: deployment\n" };
    await world.sandbox.createRepository("flows/some", { files: { ...files, ".github/workflows/README.md": "Read" } });
    await world.sandbox.createRepository("flows/none", { files: { a: "a" } });
    const some = await world.repository("flows/some");
    const none = await world.repository("flows/none");
    const wanted = new Map([[path, "on: deployment\n"]]);
    const { workflows } = await facts().pipelineFiles([some, none]);
    expect([workflows.get("flows/some"), workflows.get("flows/none")]).toEqual([wanted, new Map()]);
    expect(await facts().workflows(some)).toEqual(wanted);
    expect(await facts().workflows(none)).toEqual(new Map());
    expect(await world.callsOf(() => facts().workflows(some))).toEqual(["POST /graphql"]);
  });

  test("are unknown when GitHub does not tell, and that stops nothing", async () => {
    const { repository } = await sourcesOf("service: shop\n");
    world.sandbox.fail({ method: "POST", path: /graphql/ }, [{ status: 502 }]);
    expect(await facts().workflows(repository)).toBeUndefined();
  });
});
