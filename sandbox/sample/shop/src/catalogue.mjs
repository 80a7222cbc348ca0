// What the shop sells: one file each in catalogue/.
import { readdirSync, readFileSync } from "node:fs";

const folder = new URL("../catalogue/", import.meta.url);

export function readCatalogue() {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .map((file) => JSON.parse(readFileSync(new URL(file, folder), "utf8")))
    .sort((one, other) => one.order - other.order || one.name.localeCompare(other.name));
}
