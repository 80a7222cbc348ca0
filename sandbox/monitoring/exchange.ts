/** What comes in to one of the three, and what it answers. */
export type MonitoringRequest = {
  readonly method: string;
  /** Below its own folder, with its leading slash. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly authorization: string;
  readonly body: string;
};

export type MonitoringAnswer = { readonly status: number; readonly body: unknown };

/** Undefined when it is no JSON. */
export function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
