/** The page at `/`: what this is and whether it is ready. Anyone may read it, so it holds nothing of anyone's work. */
import { html } from "hono/html";
import type { Answer } from "./answer.ts";
import { page } from "./page.ts";

export async function homePage(version: string, reasons: readonly string[]): Promise<Answer> {
  const ready = reasons.length === 0;
  return await page(
    "Signalbox",
    html`<h1>Signalbox</h1>
<p>A deployment bot. It checks pull requests on GitHub, takes <code>/deploy</code>, <code>/promote</code>,
<code>/rc</code> and <code>/rollback</code> in Slack, and asks one policy for both.</p>
<div class="state ${ready ? "ready" : "waiting"}">
<strong>${ready ? "Ready" : "Not ready"}</strong>
${reasons.map((reason) => html`<div>${reason}</div>`)}
</div>
<p>Version ${version}. In Slack, <code>/deploy help</code> lists the commands. For monitoring:
<a href="/healthz">/healthz</a>, <a href="/readyz">/readyz</a>, <a href="/metrics">/metrics</a>.</p>`,
  );
}
