/** A name for this data folder, made once: a handle says with it where an attempt's folder is. */
import { join } from "node:path";
import type { Context } from "../../context.ts";

export async function hostId(context: Context, dataDir: string): Promise<string> {
  const path = join(dataDir, "host-id");
  const prepared = `${path}.${context.ids.uuid()}`;
  const read = () => context.files.readFile(path, "utf8").then((text) => text.trim());
  const known = await read().catch(() => "");
  if (known !== "") return known;
  await context.files.mkdir(dataDir, { recursive: true });
  await context.files.writeFile(prepared, `${context.ids.uuid()}\n`, { flush: true });
  try {
    // Fails when somebody else was first, and is whole when it succeeds.
    await context.files.link(prepared, path);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  } finally {
    await context.files.rm(prepared, { force: true });
  }
  return read();
}
