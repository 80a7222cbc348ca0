/** Grafana's annotations. https://grafana.com/docs/grafana/latest/developers/http_api/annotations/ */
import { z } from "zod";
import { jsonOf, type MonitoringAnswer, type MonitoringRequest } from "./exchange.ts";

const annotationShape = z.object({
  dashboardUID: z.string().optional(),
  time: z.number(),
  timeEnd: z.number(),
  tags: z.array(z.string()),
  text: z.string().min(1),
});

export type Annotation = z.output<typeof annotationShape> & { readonly id: number };

export function createGrafana(token: string, changed: () => void) {
  const annotations: Annotation[] = [];

  function make(body: string): MonitoringAnswer {
    const read = annotationShape.safeParse(jsonOf(body));
    if (!read.success) return { status: 400, body: { message: "bad request data" } };
    const made = { ...read.data, id: annotations.length + 1 };
    annotations.push(made);
    changed();
    return { status: 200, body: { message: "Annotation added", id: made.id } };
  }

  return {
    annotations: (): readonly Annotation[] => [...annotations],
    async answer({ method, path, query, authorization, body }: MonitoringRequest): Promise<MonitoringAnswer> {
      if (authorization !== `Bearer ${token}`) return { status: 401, body: { message: "Invalid API key" } };
      if (path !== "/api/annotations") return { status: 404, body: { message: "Not found" } };
      if (method === "POST") return make(body);
      // The newest first; all of the tags that are asked for.
      const tags = query.getAll("tags");
      const found = annotations.filter((one) => tags.every((tag) => one.tags.includes(tag)));
      return { status: 200, body: found.toReversed().slice(0, Number(query.get("limit") ?? 100)) };
    },
  };
}
