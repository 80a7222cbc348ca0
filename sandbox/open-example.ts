/** The examples by their names: each folder of `examples/` with a `scene.ts`, which is loaded when it is asked for. */
import { fileURLToPath } from "node:url";
import type { Context } from "../src/context.ts";
import type { Scene } from "./scene.ts";

const folder = new URL("../examples/", import.meta.url);

/** In the order of their names; none where the examples were left out. */
export async function exampleNames(context: Context): Promise<readonly string[]> {
  const entries = await context.files.readdir(fileURLToPath(folder), { withFileTypes: true }).catch(() => []);
  return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).toSorted();
}

/** Rejects with a sentence that names the examples when there is none of this name. */
export async function openExample(context: Context, name: string): Promise<Scene> {
  const names = await exampleNames(context);
  if (!names.includes(name)) {
    throw new Error(`There is no example “${name}”. Those that there are: ${names.join(", ") || "none"}.`);
  }
  const loaded: { readonly scene: Scene } = await import(new URL(`${name}/scene.ts`, folder).href);
  return loaded.scene;
}
