/** What is said of links, word for word. */

const until = Date.UTC(2026, 10, 21, 14, 40);

export const linkReplies = {
  "link-offered": [
    [
      { ask: "a".repeat(64), until },
      "Link your GitHub login with the address below. It is for you alone and good until 2026-11-21 14:40 UTC; a new /deploy link makes it void.",
    ],
    [
      { ask: "a".repeat(64), until, linked: "alice" },
      "Link your GitHub login with the address below. It is for you alone and good until 2026-11-21 14:40 UTC; a new /deploy link makes it void. You are linked to alice now; another login replaces it.",
    ],
  ],
  "link-not-set-up": [
    [
      {},
      "Linking is not set up here. Whoever runs this bot can do it: it needs GITHUB_CLIENT_ID, GITHUB_CLIENT_SECRET and PUBLIC_URL. Until then, ask for your name to be added to “people” in the pipeline file.",
    ],
  ],
  "link-in-slack": [
    [
      {},
      "Links are made in Slack, where I can see who you are there: type /deploy link or /deploy unlink in any channel.",
    ],
  ],
  unlinked: [
    [
      { login: "alice" },
      "You are no longer linked to alice. Where the pipeline file names you under “people”, that counts again.",
    ],
  ],
  "nothing-linked": [
    [
      {},
      "You are linked to no GitHub login, so there is nothing to take away. If I know you, it is from “people” in the pipeline file.",
    ],
  ],
} as const;

export const linkNotes = {
  linked: [
    [
      { login: "alice" },
      "You are linked to the GitHub login alice now. What you do here counts as alice's. If that was not you, type /deploy unlink.",
    ],
    [
      { login: "alice", before: "alice-old" },
      "You are linked to the GitHub login alice now, and no longer to alice-old. What you do here counts as alice's. If that was not you, type /deploy unlink.",
    ],
  ],
  "link-moved": [
    [
      { login: "alice", to: "U0BOB" },
      "The GitHub login alice was yours here and is now linked to somebody else in Slack, who proved it at GitHub. What you do no longer counts as alice's. If the login is yours, secure your GitHub account, and type /deploy link.",
    ],
  ],
} as const;
