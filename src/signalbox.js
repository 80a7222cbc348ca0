/**
 * Where Node begins: compiled code is kept between starts, so that a later start is faster and takes less memory. Plain
 * JavaScript, since this must be settled before Node meets the first TypeScript: what takes the types out of it is then
 * never loaded, which holds 11 MB for as long as the bot lives.
 */
import { enableCompileCache } from "node:module";

enableCompileCache();
await import("./main.ts");
