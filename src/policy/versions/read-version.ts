/**
 * The version that a file holds. It reads the text that it is given and nothing else, and never throws: whatever stands
 * there, people are told what was found.
 */
import { parse, TomlError } from "smol-toml";
import * as z from "zod";
import { readPattern } from "./pattern.ts";
import { formatOf, type VersionFile } from "./source.ts";

export type NoVersion = "no-file" | "unreadable" | "no-version" | "too-large";

export type FoundVersion = { readonly version: string } | { readonly missing: NoVersion };

/** A file with a version is some kilobytes; what is far larger would hold everything else up. */
const longestFile = 256 * 1024;
const longestVersion = 100;

export function readVersion(file: VersionFile, text: string | undefined): FoundVersion {
  if (text === undefined) return { missing: "no-file" };
  if (text.length > longestFile) return { missing: "too-large" };
  const found = versionIn(file, text);
  if (found === "unreadable") return { missing: "unreadable" };
  const version = found?.text.trim();
  if (
    version === undefined ||
    version === "" ||
    version.length > longestVersion ||
    !/^[\p{L}\p{N}\p{P}\p{S}]+$/u.test(version)
  ) {
    return { missing: "no-version" };
  }
  return { version };
}

type Written = { readonly text: string };

function versionIn(file: VersionFile, text: string): Written | "unreadable" | undefined {
  switch (formatOf(file)) {
    case "package.json":
      return inJson(text);
    case "pyproject.toml":
      return inToml(text, pyproject);
    case "Cargo.toml":
      return inToml(text, cargo);
    case "python":
      return written(
        /^__version__[ \t]*(?::[ \t]*[\w.]{1,50}[ \t]*)?=[ \t]*["']([^"'\n]{1,200})["']/mu.exec(text)?.[1],
      );
    case "pattern": {
      const pattern = readPattern(file.pattern ?? "");
      return pattern.kind === "pattern" ? written(pattern.first(text)) : undefined;
    }
    case undefined:
      return undefined;
  }
}

function written(text: unknown): Written | undefined {
  return typeof text === "string" ? { text } : undefined;
}

const packageJson = z.object({ version: z.unknown() });

function inJson(text: string): Written | "unreadable" | undefined {
  try {
    // Some editors put a byte order mark before the text.
    return written(packageJson.safeParse(JSON.parse(text.replace(/^\uFEFF/u, ""))).data?.version);
  } catch (error) {
    if (error instanceof SyntaxError) return "unreadable";
    throw error;
  }
}

function inToml(text: string, read: (data: unknown) => unknown): Written | "unreadable" | undefined {
  try {
    return written(read(parse(text.replace(/^\uFEFF/u, ""))));
  } catch (error) {
    if (error instanceof TomlError || error instanceof RangeError) return "unreadable";
    throw error;
  }
}

const versioned = z.object({ version: z.unknown() }).optional().catch(undefined);
const pyprojectShape = z.object({
  project: versioned,
  tool: z.object({ poetry: versioned }).optional().catch(undefined),
});

/** PEP 621, else as Poetry wrote it before there was a standard. */
function pyproject(data: unknown): unknown {
  const file = pyprojectShape.safeParse(data).data;
  return file?.project?.version ?? file?.tool?.poetry?.version;
}

const cargoShape = z.object({
  package: versioned,
  workspace: z.object({ package: versioned }).optional().catch(undefined),
});
const inherited = z.object({ workspace: z.literal(true) });

/** A workspace may keep the version once for all its packages (The Cargo Book, "Inheriting a package"). */
function cargo(data: unknown): unknown {
  const file = cargoShape.safeParse(data).data;
  const own = file?.package?.version;
  return own === undefined || inherited.safeParse(own).success ? file?.workspace?.package?.version : own;
}
