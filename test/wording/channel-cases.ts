/** What is said of channels that cannot be used, word for word. */
export const channelNotes = {
  "channel-problem": [
    [
      { channel: "#shop-deploys", services: ["shop"], why: "is_archived" },
      "I cannot write to #shop-deploys, the channel of shop: the channel is archived. Deployments go on. What I have to say there waits for a day, in its order. Bring it back, or name another channel in the pipeline file. I tell you because you look after this service; I say it once.",
    ],
    [
      { channel: "#shop", services: ["api", "web"], why: "restricted_action" },
      "I cannot write to #shop, the channel of api and web: the workspace does not let me write there. Deployments go on. What I have to say there waits for a day, in its order. Change that, or name another channel in the pipeline file. I tell you because you look after these services; I say it once.",
    ],
  ],
} as const;
