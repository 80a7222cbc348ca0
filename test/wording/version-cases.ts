/** What is said of versions on their way, each with its words; `said.test.ts` holds them. */
import type { VersionNote, VersionReply } from "../../src/operations/candidate-said.ts";

/** A code that is added without its words here does not compile. */
type Cases<Said extends { readonly code: string }> = {
  readonly [C in Said["code"]]: readonly (readonly [Omit<Extract<Said, { code: C }>, "code">, string])[];
};

const named = { service: "shop", step: "cut", version: "1.4.0-rc.1", tag: "v1.4.0-rc.1", by: "alice" } as const;
const sha = "a1b2c3d4e5f6a7b8c9d0a1b2c3d4e5f6a7b8c9d0";
const stopped = "v1.4.0-rc.1 of shop, which alice asked for, was stopped.";
const nothing = "Nothing was tagged.";

export const versionNotes: Cases<VersionNote> = {
  "version-done": [
    [
      { ...named, sha, deployedTo: ["staging"], offer: [] },
      "alice made v1.4.0-rc.1 of shop (a1b2c3d). It goes to staging, which follows its branch. Fixes and /rc next make the next candidate, /rc finish makes the release.",
    ],
    [
      { ...named, step: "finish", version: "1.4.0", tag: "v1.4.0", sha, deployedTo: [], offer: ["production"] },
      "alice released v1.4.0 of shop (a1b2c3d). Bring it further with /deploy production v1.4.0.",
    ],
  ],
  "version-stopped": [
    [
      { ...named, tagged: false, why: { code: "tag-elsewhere", at: sha } },
      `${stopped} The tag v1.4.0-rc.1 stands at a1b2c3d already, at another commit. Tags are never moved: ask again for the next number. ${nothing}`,
    ],
    [
      { ...named, tagged: false, why: { code: "pull-closed", number: 7 } },
      `${stopped} Pull request #7 was closed without being merged. ${nothing}`,
    ],
    [
      { ...named, tagged: false, why: { code: "branch-moves-on", branch: "main" } },
      `${stopped} main moved on again and again meanwhile. Ask again when it is quiet. ${nothing}`,
    ],
    [
      {
        ...named,
        tagged: false,
        why: { code: "refused", what: "tag", name: "v1.4.0-rc.1", said: "creations being restricted" },
      },
      `${stopped} GitHub does not let me write the tag v1.4.0-rc.1: “creations being restricted”. Let the App through in the tag's protection or ruleset. ${nothing}`,
    ],
    [
      {
        ...named,
        tagged: false,
        why: { code: "refused", what: "commit", name: "v1.4.0-rc.1", said: "not accessible" },
      },
      `${stopped} GitHub does not let me make the commit for v1.4.0-rc.1: “not accessible”. The App needs the permission to write contents; whoever owns the account grants it in the App's settings. ${nothing}`,
    ],
    [
      {
        ...named,
        tagged: true,
        why: { code: "refused", what: "pull-request", name: "signalbox/x", said: "not accessible" },
      },
      `${stopped} GitHub refused the pull request from signalbox/x: “not accessible”. The tag v1.4.0-rc.1 is set; it was not merged.`,
    ],
    [
      { ...named, tagged: false, why: { code: "gave-up", said: "not accessible" } },
      `${stopped} GitHub refused it again and again: “not accessible”. ${nothing}`,
    ],
    [
      { ...named, tagged: false, why: { code: "file-not-written", path: "package.json", why: "no-version" } },
      `${stopped} The version could not be written into package.json: it holds no version. ${nothing}`,
    ],
    [
      { ...named, tagged: false, why: { code: "no-branch", branch: "release" } },
      `${stopped} There is no release. ${nothing}`,
    ],
    [
      { ...named, tagged: false, why: { code: "nothing-new", branch: "main", tag: "v1.4.0-rc.1" } },
      `${stopped} Everything on main is in v1.4.0-rc.1 already. ${nothing}`,
    ],
    [
      { ...named, tagged: false, why: { code: "not-merged", branch: "release", tag: "v1.4.0-rc.1" } },
      `${stopped} v1.4.0-rc.1 was never merged into release. Make another with /rc cut. ${nothing}`,
    ],
    [
      {
        ...named,
        tagged: true,
        why: {
          code: "not-brought-back",
          from: "release",
          into: "main",
          commits: 2,
          authors: ["rosa", "bob"],
          files: ["a.py"],
        },
      },
      `${stopped} release has changes by rosa and bob that main lacks, in a.py. A candidate without them would undo them. Bring them into main first, then ask again. The tag v1.4.0-rc.1 is set; it was not merged.`,
    ],
    [
      {
        ...named,
        tagged: false,
        why: { code: "more-than-candidate", branch: "release", tag: "v1.4.0-rc.1", commits: 1, authors: ["rosa"] },
      },
      `${stopped} release holds 1 commit by rosa that v1.4.0-rc.1 does not. Tag what is there with /rc next and test it, then finish. ${nothing}`,
    ],
    [
      { ...named, tagged: false, why: { code: "left-pipeline" } },
      `${stopped} The pipeline file no longer names this service or its versions so. ${nothing}`,
    ],
    [{ ...named, tagged: false, why: { code: "gave-up" } }, `${stopped} GitHub did not answer for a day. ${nothing}`],
  ],
  "version-asks-to-merge": [
    [
      { ...named, number: 7, base: "main", url: "https://github.example/acme/shop/pull/7" },
      "main of shop takes no direct commit. v1.4.0-rc.1 goes on when pull request #7 is merged: https://github.example/acme/shop/pull/7",
    ],
  ],
  "back-merge-refused": [
    [
      {
        ...{ repository: "acme/shop", from: "release", into: "main" },
        said: "GitHub answered 403 to POST /repos/acme/shop/pulls: Resource not accessible by integration",
      },
      "release is not being brought back into main of acme/shop. GitHub refused the pull request from release: “GitHub answered 403 to POST /repos/acme/shop/pulls: Resource not accessible by integration”. If the App lacks the permission to write pull requests, whoever owns the account grants it in the App's settings. Until then open one from release into main yourself; I go on trying, and take one that is open for mine.",
    ],
  ],
  "back-merge-conflict": [
    [
      {
        ...{ repository: "acme/shop", from: "release", into: "main", number: 5, authors: ["rosa"] },
        url: "https://github.example/acme/shop/pull/5",
      },
      "release cannot be brought back into main of acme/shop: pull request #5 has conflicts. rosa knows best how the two go together: https://github.example/acme/shop/pull/5",
    ],
  ],
};

const at = Date.UTC(2026, 10, 21, 14, 30);

export const versionReplies: Cases<VersionReply> = {
  "version-begun": [[named, "I am cutting v1.4.0-rc.1 of shop. The channel hears when it is done."]],
  "version-under-way": [
    [
      { ...named, at, asks: "main" },
      "v1.4.0-rc.1 of shop is under way: alice asked for it 2026-11-21 14:30 UTC. It waits for a pull request into main to be merged; closing that ends it.",
    ],
  ],
  "no-next-version": [
    [
      { service: "shop", why: { code: "not-a-version", found: "1.4", examples: ["1.4.0", "1.4.0-rc.1"] } },
      "“1.4” is no version of shop. Write it as 1.4.0 or 1.4.0-rc.1.",
    ],
    [
      { service: "shop", why: { code: "calendar-part", part: "minor" } },
      "The calendar says the year and the month of shop's versions, so there is no minor to raise. Write /rc cut, or name the version.",
    ],
    [
      { service: "shop", why: { code: "exists", version: "1.4.0", tag: "v1.4.0" } },
      "1.4.0 of shop cannot be cut: there is v1.4.0 already.",
    ],
    [
      { service: "shop", why: { code: "not-after", version: "1.3.0", latest: "1.4.0" } },
      "1.3.0 of shop cannot be cut: it does not come after 1.4.0, the latest release.",
    ],
    [
      { service: "shop", why: { code: "no-candidate", latest: "1.4.0" } },
      "shop has no open candidate; 1.4.0 is released. /rc cut makes one.",
    ],
  ],
  versions: [
    [
      { service: "shop", liveIn: [], malformed: [], example: "v1.4.0-rc.1" },
      "Versions of shop\n• Latest release: none yet.\n• No candidate is open. /rc cut makes one, named as v1.4.0-rc.1.",
    ],
    [
      {
        ...{ service: "shop", latest: "v1.3.0", open: { tag: "v1.4.0-rc.1", sha }, liveIn: ["staging"] },
        ...{ malformed: ["v1.x"], example: "v1.4.0-rc.1", underWay: { ...named, tag: "v1.4.0-rc.2", at } },
      },
      "Versions of shop\n• Latest release: v1.3.0.\n• Candidate: v1.4.0-rc.1 (a1b2c3d), live in staging. /rc next makes the next one, /rc finish the release.\n• v1.4.0-rc.2 of shop is under way: alice asked for it 2026-11-21 14:30 UTC.\n• Not counted, since they are no versions of this scheme: v1.x.",
    ],
  ],
};
