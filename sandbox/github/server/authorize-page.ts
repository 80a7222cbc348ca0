/** The page on which GitHub asks a person whether the App may know who they are. It decides nothing. */
import type { AppIdentity } from "../hub/hub.ts";
import type { Account } from "../hub/state.ts";
import { escapeHtml, htmlPage } from "./html.ts";

const style = `
body{margin:0;font:15px/1.5 system-ui,sans-serif;color:#1f2328;background:#f6f8fa}
main{max-width:26rem;margin:12vh auto 0;padding:0 1rem;text-align:center}
h1{font-size:1.35rem;font-weight:600}
section{padding:1.25rem;border:1px solid #d1d9e0;border-radius:10px;background:#fff;text-align:left}
form{display:grid;grid-template-columns:1fr 1fr;gap:.75rem;margin-top:1.25rem}
button{padding:.6rem;border:1px solid #d1d9e0;border-radius:6px;background:#f6f8fa;color:inherit;font:inherit;font-weight:600;cursor:pointer}
button[value=authorize]{border-color:transparent;background:#1f883d;color:#fff}
button:focus-visible,a:focus-visible{outline:2px solid #0969da;outline-offset:2px}
p{margin:.25rem 0}footer{margin-top:1rem;color:#59636e;font-size:.875rem}
@media(prefers-color-scheme:dark){body{color:#e6edf3;background:#0d1117}section{border-color:#3d444d;background:#151b23}button{border-color:#3d444d;background:#212830}footer{color:#9198a1}a{color:#4493f8}}
`;

export function authorizePage(options: {
  readonly app: AppIdentity;
  readonly signedIn: Account;
  readonly people: readonly Account[];
  readonly query: URLSearchParams;
}): string {
  const { app, signedIn, people, query } = options;
  const name = escapeHtml(app.name);
  const fields = [...query].filter(([field]) => field !== "as");
  const hidden = [...fields, ["login", signedIn.login] as const].map(
    ([field, value]) => `<input type="hidden" name="${escapeHtml(field)}" value="${escapeHtml(value)}">`,
  );
  const others = people
    .filter(({ login }) => login !== signedIn.login)
    .map(({ login }) => {
      const address = new URLSearchParams([...fields, ["as", login]]);
      return `<a href="?${escapeHtml(address.toString())}">${escapeHtml(login)}</a>`;
    });
  const body = `<main><h1>Authorize ${name}</h1><section>
<p>Signed in as <strong>${escapeHtml(signedIn.login)}</strong>.</p>
<p>${name} would like to verify your GitHub identity (${escapeHtml(signedIn.login)}).</p>
<form method="post" action="/login/oauth/authorize">${hidden.join("")}<button name="decision" value="cancel">Cancel</button><button name="decision" value="authorize">Authorize ${name}</button></form>
</section><footer>The sandbox’s GitHub. Somebody else? Sign in as ${others.join(" or ")}.</footer></main>`;
  return htmlPage(`Authorize ${app.name}`, style, body);
}

export function messagePage(message: string): string {
  return htmlPage(message, style, `<main><h1>${escapeHtml(message)}</h1></main>`);
}
