/** What `versions` means, with every default filled in. */
import type { VersionPolicy } from "../pipeline.ts";
import type { VersionFile, VersionSource } from "../versions/source.ts";
import type { PipelineFile } from "./schema.ts";

type VersionsEntry = NonNullable<PipelineFile["versions"]>;
type FileEntry = NonNullable<VersionsEntry["files"]>[number];

export function versionPolicy(entry: VersionsEntry | undefined): VersionPolicy {
  return {
    from: versionSource(entry?.from),
    tag: entry?.tag ?? "v{version}",
    scheme: entry?.scheme ?? "semver",
    files: (entry?.files ?? []).map(versionFile),
    ...(entry?.release_branch === undefined ? {} : { releaseBranch: entry.release_branch }),
    ...(entry?.back_merge === undefined ? {} : { backMerge: entry.back_merge }),
  };
}

function versionSource(from: VersionsEntry["from"]): VersionSource {
  return from === undefined || from === "tags" ? { kind: "tags" } : versionFile(from);
}

function versionFile(entry: FileEntry): VersionFile {
  if (typeof entry === "string") return { kind: "file", path: entry };
  return { kind: "file", path: entry.path, ...(entry.pattern === undefined ? {} : { pattern: entry.pattern }) };
}
