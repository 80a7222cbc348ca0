/** What is said of promotions by pull request, word for word. */
const place = { service: "shop", environment: "staging", before: "development" } as const;
const standing = { ...place, number: 12, url: "https://github.example/acme/shop/pull/12" } as const;

export const promotionReplies = {
  "promotion-asked": [
    [
      place,
      "Promoting into shop staging goes by a pull request, with what is live in development. I am opening it and will say here where it is. Its merge deploys.",
    ],
    [standing, "Promoting into shop staging goes by pull request #12. https://github.example/acme/shop/pull/12"],
  ],
  "promotion-open": [
    [
      standing,
      "What is live in development is already in pull request #12 into staging. Its merge deploys. https://github.example/acme/shop/pull/12",
    ],
    [place, "What is live in development is already in the pull request into staging. Its merge deploys."],
  ],
  "promotion-updated": [
    [
      standing,
      "I am bringing pull request #12 into staging up to what is live in development now. https://github.example/acme/shop/pull/12",
    ],
  ],
  "promotion-pushed-onto": [
    [
      standing,
      "Somebody has pushed onto pull request #12 into staging, so I leave it as it is. Merge or close it, then promote again. https://github.example/acme/shop/pull/12",
    ],
  ],
  "promotion-nothing-new": [
    [place, "There is nothing new to promote: shop staging has all that is live in development."],
  ],
  "promotion-no-branch": [
    [
      { ...place, branch: "staging" },
      "The branch staging, which shop staging follows, does not exist. Make it, then promote again.",
    ],
  ],
} as const;

const scheduled = { service: "shop", environment: "staging", before: "development" } as const;
const refusal = {
  ...{ branch: "signalbox/staging-1-abc", base: "staging" },
  said: "GitHub answered 403 to POST /repos/acme/shop/pulls: Resource not accessible by integration",
} as const;
const at = Date.UTC(2026, 10, 24, 8);

export const promotionNotes = {
  "schedule-skipped": [
    [
      { ...scheduled, why: { code: "nothing-new" }, next: at },
      "The schedule of shop staging promoted nothing: it has all that is live in development. It comes next at 2026-11-24 08:00 UTC.",
    ],
    [
      { ...scheduled, why: { code: "frozen", by: "rosa", until: at } },
      "The schedule of shop staging promoted nothing: rosa froze it until 2026-11-24 08:00 UTC.",
    ],
    [
      { ...scheduled, why: { code: "nothing-live" } },
      "The schedule of shop staging promoted nothing: nothing is live in development.",
    ],
    [
      { ...scheduled, why: { code: "too-late", at } },
      "The schedule of shop staging promoted nothing: its time, 2026-11-24 08:00 UTC, passed while I was away.",
    ],
    [
      {
        ...scheduled,
        why: {
          code: "stopped",
          verdict: {
            outcome: "stop",
            gates: [
              {
                gate: "order",
                result: "block",
                reason: { code: "order.nothing-live-before", before: "development" },
                clearedBy: [],
              },
            ],
          },
        },
      },
      "The schedule of shop staging promoted nothing: stopped by order.",
    ],
    [
      { ...scheduled, why: { code: "pushed-onto", number: 12 } },
      "The schedule of shop staging promoted nothing: somebody has pushed onto pull request #12, which has to be merged or closed first.",
    ],
    [
      { ...scheduled, why: { code: "no-branch", branch: "staging" } },
      "The schedule of shop staging promoted nothing: the branch staging does not exist.",
    ],
  ],
  "release-stands": [
    [
      { tag: "v1.4.0", url: "https://github.example/acme/shop/releases/tag/v1.4.0" },
      "Release v1.4.0 on GitHub says what changed. https://github.example/acme/shop/releases/tag/v1.4.0",
    ],
  ],
  "release-refused": [
    [
      { tag: "v1.4.0", said: "Not Found" },
      "GitHub does not let me make the release v1.4.0: “Not Found”. If the App lacks the permission to write contents, whoever owns the account grants it in the App's settings; if a ruleset stops its tag, let the App through there. I go on trying, and take one that is made for this tag for mine.",
    ],
    [
      { said: "Not Found" },
      "GitHub does not let me make the release of this deployment: “Not Found”. If the App lacks the permission to write contents, whoever owns the account grants it in the App's settings; if a ruleset stops its tag, let the App through there. I go on trying.",
    ],
  ],
  "promotion-opened": [
    [
      { ...standing, by: "alice" },
      "Pull request #12 promotes what is live in development to shop staging, as alice asked. Its merge deploys. https://github.example/acme/shop/pull/12",
    ],
    [
      standing,
      "Pull request #12 promotes what is live in development to shop staging, as its schedule asks. Its merge deploys. https://github.example/acme/shop/pull/12",
    ],
  ],
  "promotion-refused": [
    [
      { ...place, ...refusal, by: "alice" },
      "What is live in development is not being promoted to shop staging, as alice asked. GitHub refused the pull request from signalbox/staging-1-abc: “GitHub answered 403 to POST /repos/acme/shop/pulls: Resource not accessible by integration”. If the App lacks the permission to write contents or pull requests, whoever owns the account grants it in the App's settings; if a ruleset stops it, let the App through there. Until then open one from signalbox/staging-1-abc into staging yourself; I go on trying, and take one that is open for mine.",
    ],
    [
      { ...standing, ...refusal },
      "Pull request #12 into shop staging is not being brought up to what is live in development, as its schedule asks. GitHub refused the pull request from signalbox/staging-1-abc: “GitHub answered 403 to POST /repos/acme/shop/pulls: Resource not accessible by integration”. If the App lacks the permission to write contents or pull requests, whoever owns the account grants it in the App's settings; if a ruleset stops it, let the App through there. I go on trying. https://github.example/acme/shop/pull/12",
    ],
  ],
} as const;
