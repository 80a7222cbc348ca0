/** Where a success is announced besides Slack and GitHub, as the pipeline file says. */

export type Announcement =
  /** An annotation on Grafana's graphs. */
  | {
      readonly kind: "grafana";
      /** Without a slash at its end. */
      readonly url: string;
      /** The name of the secret that holds a service account's token. */
      readonly token: string;
      /** A dashboard's UID; absent: it is seen on every dashboard that asks for its tags. */
      readonly dashboard?: string;
      readonly tags: readonly string[];
    }
  /** A release in Sentry, with a deploy of it. */
  | {
      readonly kind: "sentry";
      readonly url: string;
      readonly organization: string;
      readonly projects: readonly string[];
      readonly token: string;
      /** What the release is called; `{version}`, `{sha}` and the like are filled in. */
      readonly release: string;
    }
  /** JSON, posted anywhere. */
  | { readonly kind: "webhook"; readonly url: string; readonly secret?: string };
