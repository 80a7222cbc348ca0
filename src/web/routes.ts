/** Which path and method belongs to whom. What has no route is answered in plain words. */
import { type Answer, type Answerer, refusal } from "./answer.ts";

export type Route = {
  /** For the log and the metrics: the path with its open parts named. */
  readonly name: string;
  readonly path: RegExp;
  readonly method: "GET" | "POST";
  readonly answer: Answerer;
};

export type Routed =
  | { readonly kind: "route"; readonly route: Route; readonly open: readonly string[] }
  | { readonly kind: "none"; readonly answer: Answer };

export function route(routes: readonly Route[], method: string, url: string): Routed {
  const path = url.split("?", 1)[0] ?? "";
  // A HEAD request is a GET without the body, which Node leaves out by itself.
  const asked = method === "HEAD" ? "GET" : method;
  const allowed: string[] = [];
  for (const candidate of routes) {
    const match = candidate.path.exec(path);
    if (match === null) continue;
    if (candidate.method === asked) return { kind: "route", route: candidate, open: match.slice(1) };
    allowed.push(...(candidate.method === "GET" ? ["GET", "HEAD"] : [candidate.method]));
  }
  if (allowed.length === 0) return { kind: "none", answer: refusal(404, "There is nothing at this address.") };
  const why = `This address takes ${allowed.join(" and ")} only.`;
  return { kind: "none", answer: refusal(405, why, { allow: allowed.join(", ") }) };
}
