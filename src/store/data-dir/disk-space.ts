/** What is free on a disk, so that an error that a full one caused says so. */
import type { Context } from "../../context.ts";

/** PostgreSQL cannot even begin with less. */
const hardlyAny = 20 * 1024 * 1024;

/** Bytes that an ordinary user may still write; what is kept for root does not help the server. */
export async function freeBytes(context: Context, folder: string): Promise<number> {
  const { bavail, bsize } = await context.files.statfs(folder);
  return bavail * bsize;
}

export function megabytes(bytes: number): string {
  return `${Math.floor(bytes / (1024 * 1024))} MB`;
}

/** A sentence to add to an error when the disk is full, or nothing. */
export async function explainDisk(context: Context, folder: string): Promise<string> {
  const free = await freeBytes(context, folder).catch(() => Number.POSITIVE_INFINITY);
  if (free >= hardlyAny) return "";
  return ` The disk of ${folder} is full (${megabytes(free)} free): free some space and start again; nothing was lost.`;
}
