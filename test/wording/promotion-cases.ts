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

export const promotionNotes = {
  "release-stands": [
    [
      { tag: "v1.4.0", url: "https://github.example/acme/shop/releases/tag/v1.4.0" },
      "Release v1.4.0 on GitHub says what changed. https://github.example/acme/shop/releases/tag/v1.4.0",
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
} as const;
