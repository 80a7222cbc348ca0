/** A change that customers can see: one more entry in the shop's catalogue, in a file of its own, so that no two conflict. */
import type { FileChange } from "../contract.ts";

export function catalogueChange(name: string, detail: string): readonly FileChange[] {
  const slug =
    name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-+|-+$/g, "") || "entry";
  return [{ path: `catalogue/${slug}.json`, content: `${JSON.stringify({ name, detail, order: 10 })}\n` }];
}
