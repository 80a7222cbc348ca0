/**
 * What a scene's commands have deployed, served as it lies in the site's folder: pages for people, and the version and
 * health files that a verification asks for. Without it nothing that is deployed could be reached.
 */
import { createServer } from "node:http";
import { extname, join } from "node:path";
import type { Context } from "../src/context.ts";

const contentTypes: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".txt": "text/plain; charset=utf-8",
  ".json": "application/json",
};
const part = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

export type SiteFile = { readonly type: string; readonly bytes: Buffer };

/** The file that an address below the site means, `/staging/` its `index.html`; undefined when there is none. */
export async function readSiteFile(context: Context, siteDir: string, path: string): Promise<SiteFile | undefined> {
  const parts = path.replace(/^\//, "").split("/");
  const name = parts.pop() || "index.html";
  const type = contentTypes[extname(name)];
  if (type === undefined || ![...parts, name].every((one) => part.test(one))) return undefined;
  const bytes = await context.files.readFile(join(siteDir, ...parts, name)).catch(() => undefined);
  return bytes === undefined ? undefined : { type, bytes };
}

/** A server for the site alone, for scenes without a page. */
export async function serveSite(
  context: Context,
  siteDir: string,
  host: string,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://site");
    readSiteFile(context, siteDir, pathname).then(
      (file) => {
        response.writeHead(file === undefined ? 404 : 200, { "content-type": file?.type ?? "text/plain" });
        response.end(file?.bytes ?? "Not found.");
      },
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, host, resolve);
  });
  const address = server.address();
  return {
    url: `http://${host}:${typeof address === "object" && address !== null ? address.port : 0}`,
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
