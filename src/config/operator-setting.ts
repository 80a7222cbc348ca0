/**
 * Finds the operator's file and checks what it grants against the environment. Without a file nothing is allowed. It
 * must never grant one of the bot's own settings.
 */
import { resolve } from "node:path";
import type { OperatorRules } from "../operations/bot.ts";
import { shown } from "./mistake.ts";
import { readOperatorFile } from "./operator-file.ts";
import { operatorRules } from "./operator-rules.ts";
import { isOwnSetting, type Reading, textOf, whyUnreadable } from "./reading.ts";

/** A secret of fewer characters would be found in, and masked out of, half of all log lines. */
const shortestSecret = 4;

/** The rules, and the values that they grant; what is wrong is added to the mistakes. */
export async function readOperator(
  reading: Reading,
  given: string | undefined,
): Promise<{ readonly rules: OperatorRules; readonly granted: readonly string[] }> {
  const { values, files, cwd, mistakes } = reading;
  const path = given ?? "operator.yml";
  let text: string | undefined;
  try {
    text = await textOf(files, resolve(cwd, path));
  } catch (error) {
    mistakes.push({ name: "OPERATOR_FILE", found: whyUnreadable(error), expected: "a file that the bot may read" });
  }
  if (text === undefined && given !== undefined && mistakes.at(-1)?.name !== "OPERATOR_FILE") {
    const found = `${shown(given)}, where there is no file`;
    mistakes.push({ name: "OPERATOR_FILE", found, expected: "the path of an operator file, as operator.example.yml" });
  }
  const read = readOperatorFile(text ?? "", path);
  if (read.kind === "mistakes") {
    mistakes.push(...read.mistakes);
    return {
      rules: operatorRules({ commands: [], secrets: {}, outbound: [], pins: {} }, () => undefined),
      granted: [],
    };
  }
  const granted: string[] = [];
  for (const [name, grant] of Object.entries(read.file.secrets)) {
    const place = { name: `secrets.${name}.env`, file: path };
    const value = values[grant.env];
    if (isOwnSetting(grant.env)) {
      const expected = "a variable that is not one of the bot's own settings: no repository may have those";
      mistakes.push({ ...place, found: shown(grant.env), expected });
    } else if (value === undefined) {
      const expected = "the name of an environment variable that is set where the bot runs";
      mistakes.push({ ...place, found: `${shown(grant.env)}, which is not set`, expected });
    } else if (value.length < shortestSecret) {
      const expected = `a value of at least ${shortestSecret} characters, so that it can be kept out of output and logs`;
      mistakes.push({ ...place, found: `${shown(grant.env)}, whose value is shorter`, expected });
    } else granted.push(value);
  }
  return { rules: operatorRules(read.file, (env) => values[env]), granted };
}
