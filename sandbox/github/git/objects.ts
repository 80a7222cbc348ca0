/** Commits, trees and tags in git's own object format, read and written. Pure: bytes in, values out, and the other way. */

export type Signature = { readonly name: string; readonly email: string; readonly seconds: number };

export type Commit = {
  readonly sha: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Signature;
  readonly committer: Signature;
  readonly message: string;
};

export type TreeEntry = {
  /** Six digits. */
  readonly mode: string;
  readonly type: "blob" | "tree" | "commit";
  readonly name: string;
  readonly sha: string;
};

export type AnnotatedTag = {
  readonly sha: string;
  readonly object: string;
  readonly type: string;
  readonly name: string;
  readonly tagger: Signature;
  readonly message: string;
};

const unknownSignature: Signature = { name: "", email: "", seconds: 0 };

function signature(line: string | undefined): Signature {
  const found = /^(.*?) ?<([^>]*)> (\d+)/.exec(line ?? "");
  if (found === null) return unknownSignature;
  return { name: found[1] ?? "", email: found[2] ?? "", seconds: Number(found[3]) };
}

function split(content: Buffer): {
  readonly headers: readonly (readonly [string, string])[];
  readonly message: string;
} {
  const text = content.toString();
  const at = text.indexOf("\n\n");
  const head = at < 0 ? text : text.slice(0, at);
  const headers = head.split("\n").map((line): readonly [string, string] => {
    const space = line.indexOf(" ");
    return [line.slice(0, space), line.slice(space + 1)];
  });
  return { headers, message: at < 0 ? "" : text.slice(at + 2) };
}

export function parseCommit(sha: string, content: Buffer): Commit {
  const { headers, message } = split(content);
  const first = (name: string) => headers.find(([key]) => key === name)?.[1];
  return {
    sha,
    tree: first("tree") ?? "",
    parents: headers.filter(([key]) => key === "parent").map(([, value]) => value),
    author: signature(first("author")),
    committer: signature(first("committer")),
    message: message.replace(/\n+$/, ""),
  };
}

export function parseTag(sha: string, content: Buffer): AnnotatedTag {
  const { headers, message } = split(content);
  const first = (name: string) => headers.find(([key]) => key === name)?.[1];
  return {
    sha,
    object: first("object") ?? "",
    type: first("type") ?? "commit",
    name: first("tag") ?? "",
    tagger: signature(first("tagger")),
    message: message.replace(/\n+$/, ""),
  };
}

export function typeOf(mode: string): TreeEntry["type"] {
  return mode === "040000" ? "tree" : mode === "160000" ? "commit" : "blob";
}

export function parseTree(content: Buffer): readonly TreeEntry[] {
  const entries: TreeEntry[] = [];
  let at = 0;
  while (at < content.length) {
    const space = content.indexOf(32, at);
    const zero = content.indexOf(0, space);
    const mode = content.subarray(at, space).toString().padStart(6, "0");
    entries.push({
      mode,
      type: typeOf(mode),
      name: content.subarray(space + 1, zero).toString(),
      sha: content.subarray(zero + 1, zero + 21).toString("hex"),
    });
    at = zero + 21;
  }
  return entries;
}

/** Git knows it without its being stored. */
export const emptyTree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

function person(signature: Signature): string {
  // Angle brackets and line breaks would end the field; git itself leaves them out.
  const clean = (text: string) => text.replace(/[<>\n\0]/g, "");
  return `${clean(signature.name)} <${clean(signature.email)}> ${signature.seconds} +0000`;
}

/** The message stands as it is given. */
export function commitContent(commit: Omit<Commit, "sha">): Buffer {
  const parents = [...new Set(commit.parents)].map((parent) => `parent ${parent}\n`).join("");
  const people = `author ${person(commit.author)}\ncommitter ${person(commit.committer)}\n`;
  return Buffer.from(`tree ${commit.tree}\n${parents}${people}\n${commit.message}`);
}

export function tagContent(tag: Omit<AnnotatedTag, "sha">): Buffer {
  const { object, type, name, tagger, message } = tag;
  return Buffer.from(`object ${object}\ntype ${type}\ntag ${name}\ntagger ${person(tagger)}\n\n${message}\n`);
}

export function treeContent(entries: readonly Omit<TreeEntry, "type">[]): Buffer {
  // Git orders by bytes, and a folder as if its name ended in a slash.
  const sorted = entries
    .map(({ mode, name, sha }) => ({ mode, name, sha, key: Buffer.from(mode === "040000" ? `${name}/` : name) }))
    .sort((a, b) => Buffer.compare(a.key, b.key));
  return Buffer.concat(
    sorted.flatMap(({ mode, name, sha }) => [
      Buffer.from(`${mode.replace(/^0+/, "")} ${name}\0`),
      Buffer.from(sha, "hex"),
    ]),
  );
}
