/** What Grafana and Sentry were told, as a page without a script. */
import { escapeHtml, htmlPage } from "../github/server/html.ts";
import type { MonitoringView } from "./monitoring.ts";

const style = `body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}
code{font-size:.9em}ul{padding-left:1.2rem}`;

const none = "<p>Nothing so far.</p>";

function list(items: readonly string[]): string {
  return items.length === 0 ? none : `<ul>${items.map((one) => `<li>${one}</li>`).join("")}</ul>`;
}

export function monitoringPage({ annotations, releases }: MonitoringView): string {
  const annotated = annotations.map(({ text, tags }) => {
    const shown = tags.map((tag) => `<code>${escapeHtml(tag)}</code>`).join(" ");
    return `${escapeHtml(text)}<br>${shown}`;
  });
  const released = releases.map(({ version, projects, deploys }) => {
    const where = deploys.map(({ environment, dateFinished = "" }) => `${environment} ${dateFinished}`);
    return `<code>${escapeHtml(version)}</code> of ${escapeHtml(projects.join(", "))}${list(where.map(escapeHtml))}`;
  });
  const told = `<h2>Grafana: annotations</h2>${list(annotated)}`;
  const live = `<h2>Sentry: releases, and where they were deployed</h2>${list(released)}`;
  return htmlPage("Monitoring", style, `<h1>Monitoring</h1>${told}${live}`);
}
