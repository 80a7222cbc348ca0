/** The files of a scene's repository, read from a folder of this project. */
import { fileURLToPath } from "node:url";
import type { Context } from "../src/context.ts";

/**
 * Every file below the folder, by its path from there. In YAML files a text `"@NAME@"` becomes the value of that name,
 * quoted: where a scene is served is known only when it opens.
 */
export async function readSceneFiles(
  context: Context,
  folder: URL,
  values: Readonly<Record<string, string>>,
): Promise<Record<string, string>> {
  const root = fileURLToPath(folder);
  const files: Record<string, string> = {};
  for (const entry of await context.files.readdir(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = `${entry.parentPath.replaceAll("\\", "/").replace(/\/?$/, "/")}${entry.name}`;
    const text = await context.files.readFile(path, "utf8");
    const name = path.slice(root.replaceAll("\\", "/").length);
    const filled = (found: string, key: string) => {
      const value = values[key];
      return value === undefined ? found : JSON.stringify(value);
    };
    files[name] = /\.ya?ml$/.test(name) ? text.replace(/"@(\w+)@"/g, filled) : text;
  }
  return files;
}
