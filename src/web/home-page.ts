/** The page at `/`: what this is and whether it is ready. Anyone may read it, so it holds nothing of anyone's work. */
import { createHash } from "node:crypto";
import { html, raw } from "hono/html";
import type { Answer } from "./answer.ts";

const style = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 38rem; padding: 3rem 1.25rem; }
h1 { font-size: 1.6rem; margin: 0 0 .25rem; }
.state { border-left: .3rem solid; padding: .25rem .9rem; margin: 1.5rem 0; }
.ready { border-color: #2e7d32; } .waiting { border-color: #b26a00; }
code { font-family: ui-monospace, monospace; }
a { color: inherit; }
`;
const styleHash = createHash("sha256").update(style).digest("base64");

export async function homePage(version: string, reasons: readonly string[]): Promise<Answer> {
  const ready = reasons.length === 0;
  const page = await html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Signalbox</title>
<style>${raw(style)}</style>
</head>
<body>
<h1>Signalbox</h1>
<p>A deployment bot. It checks pull requests on GitHub, takes <code>/deploy</code>, <code>/promote</code>,
<code>/rc</code> and <code>/rollback</code> in Slack, and asks one policy for both.</p>
<div class="state ${ready ? "ready" : "waiting"}">
<strong>${ready ? "Ready" : "Not ready"}</strong>
${reasons.map((reason) => html`<div>${reason}</div>`)}
</div>
<p>Version ${version}. In Slack, <code>/deploy help</code> lists the commands. For monitoring:
<a href="/healthz">/healthz</a>, <a href="/readyz">/readyz</a>, <a href="/metrics">/metrics</a>.</p>
</body>
</html>
`;
  return {
    status: 200,
    body: page.toString(),
    type: "text/html; charset=utf-8",
    headers: {
      "content-security-policy": `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    },
  };
}
