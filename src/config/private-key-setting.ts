/**
 * `PRIVATE_KEY` or `PRIVATE_KEY_PATH`: exactly one of them, and a key that GitHub can have made. It must never put any
 * part of the key in a mistake.
 */
import { resolve } from "node:path";
import { shown } from "./mistake.ts";
import { readPrivateKey } from "./private-key.ts";
import { foundOf, type Reading, textOf, whyUnreadable } from "./reading.ts";

/** The key as PKCS#8 PEM; empty when a mistake was added. */
export async function readKey(reading: Reading): Promise<string> {
  const { values, files, cwd, mistakes } = reading;
  const { PRIVATE_KEY: inline, PRIVATE_KEY_PATH: path } = values;
  const expected = "the RSA private key that GitHub made for the App, as PEM, as PEM with \\n, or as base64 of it";
  if (inline !== undefined && path !== undefined) {
    mistakes.push({
      name: "PRIVATE_KEY and PRIVATE_KEY_PATH",
      found: "both",
      expected: "one of them, so that it is certain which key is used",
    });
    return "";
  }
  let text = inline;
  const name = inline === undefined && path !== undefined ? "PRIVATE_KEY_PATH" : "PRIVATE_KEY";
  if (path !== undefined) {
    try {
      text = await textOf(files, resolve(cwd, path));
      if (text === undefined) {
        mistakes.push({ name, found: `${shown(path)}, where there is no file`, expected: "the path of a PEM file" });
        return "";
      }
    } catch (error) {
      mistakes.push({ name, found: whyUnreadable(error), expected: "the path of a PEM file that the bot may read" });
      return "";
    }
  }
  if (text === undefined) {
    mistakes.push({
      name: "PRIVATE_KEY",
      found: foundOf("PRIVATE_KEY", values),
      expected: `${expected}; or PRIVATE_KEY_PATH`,
    });
    return "";
  }
  const key = readPrivateKey(text);
  if (key.kind === "key") return key.pem;
  mistakes.push({ name, found: key.found, expected });
  return "";
}
