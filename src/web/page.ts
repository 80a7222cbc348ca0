/**
 * The frame of the bot's few pages: one file without scripts, pictures or anything from elsewhere. Whatever is put into
 * it is escaped by `html`. It must never be kept by a browser or shown inside another page.
 */
import { createHash } from "node:crypto";
import { html, raw } from "hono/html";
import type { Answer } from "./answer.ts";

const style = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 38rem; padding: 3rem 1.25rem; }
h1 { font-size: 1.6rem; margin: 0 0 .25rem; }
.state { border-left: .3rem solid; padding: .25rem .9rem; margin: 1.5rem 0; overflow-wrap: anywhere; }
.ready { border-color: #2e7d32; } .waiting { border-color: #b26a00; }
code { font-family: ui-monospace, monospace; }
button { font: inherit; padding: .5rem 1.25rem; border: 1px solid; border-radius: .3rem; cursor: pointer; }
a { color: inherit; }
`;
const styleHash = createHash("sha256").update(style).digest("base64");

type Html = ReturnType<typeof html>;

export async function page(
  title: string,
  content: Html,
  { status = 200, forms = false }: { readonly status?: number; readonly forms?: boolean } = {},
): Promise<Answer> {
  const whole = await html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${raw(style)}</style>
</head>
<body>
${content}
</body>
</html>
`;
  const policy = [
    "default-src 'none'",
    `style-src 'sha256-${styleHash}'`,
    "base-uri 'none'",
    `form-action ${forms ? "'self'" : "'none'"}`,
    "frame-ancestors 'none'",
  ];
  return {
    status,
    body: whole.toString(),
    type: "text/html; charset=utf-8",
    headers: { "content-security-policy": policy.join("; ") },
  };
}
