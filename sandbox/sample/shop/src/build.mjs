// Writes dist/index.html.
import { mkdirSync, writeFileSync } from "node:fs";
import { readCatalogue } from "./catalogue.mjs";
import { renderPage } from "./page.mjs";

const catalogue = readCatalogue();
mkdirSync("dist", { recursive: true });
writeFileSync("dist/index.html", renderPage(catalogue));
process.stdout.write(`Built the page with ${catalogue.length} entries.\n`);
