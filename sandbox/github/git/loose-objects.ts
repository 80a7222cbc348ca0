/**
 * Reads and writes objects as git keeps them one by one: a file for each, named by its SHA, which holds the deflated
 * `type length\0content`. Starting a git for each would take a hundred times as long. What is in a pack is not seen here.
 *
 * The files are small and their folder is local, and each is read or written in one go: handing the calls over to other
 * threads takes several times as long as the calls themselves.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { deflateSync, inflateSync } from "node:zlib";

export type ObjectType = "blob" | "tree" | "commit" | "tag";

export type GitObject = { readonly sha: string; readonly type: string; readonly content: Buffer };

function fileOf(folder: string, sha: string): string {
  return join(folder, "objects", sha.slice(0, 2), sha.slice(2));
}

/** undefined when there is no such file; the object may be in a pack. */
export function readLoose(folder: string, sha: string): GitObject | undefined {
  const file = fileOf(folder, sha);
  if (!existsSync(file)) return undefined;
  const object = inflateSync(readFileSync(file));
  const end = object.indexOf(0);
  const [type = ""] = object.subarray(0, end).toString().split(" ");
  return { sha, type, content: object.subarray(end + 1) };
}

/** Returns the SHA. */
export function writeLoose(folder: string, type: ObjectType, content: Buffer): string {
  const object = Buffer.concat([Buffer.from(`${type} ${content.length}\0`), content]);
  const sha = createHash("sha1").update(object).digest("hex");
  const file = fileOf(folder, sha);
  if (existsSync(file)) return sha;
  mkdirSync(dirname(file), { recursive: true });
  // Whoever reads meanwhile sees all of it or nothing. Git takes files of such names for left over.
  const unfinished = join(dirname(file), `tmp_obj_${sha}`);
  writeFileSync(unfinished, deflateSync(object), { mode: 0o444 });
  renameSync(unfinished, file);
  return sha;
}
