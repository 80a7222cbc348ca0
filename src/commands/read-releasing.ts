/** Reads `/rc` and `/deploy demo`. */
import { versionParts } from "../policy/versions/scheme.ts";
import type { CommandReading } from "./command.ts";
import { command, is, missing, of, type Rest, serviceAnywhere, unexpected, unknownWord } from "./reading.ts";
import type { Word } from "./words.ts";

const steps = ["cut", "next", "finish"] as const;
const demoSteps = ["list", "destroy"] as const;

export function readRc(whole: Rest): CommandReading {
  const rest = serviceAnywhere(whole);
  const [first, ...after] = rest.words;
  if (first === undefined) return command({ kind: "rc", ...of(rest) });
  const step = steps.find((known) => is(first, known));
  if (step === undefined) return unknownWord(first.text, steps);
  if (step === "cut") return readCut(after, rest);
  const [extra] = after;
  return extra === undefined ? command({ kind: "rc", step, ...of(rest) }) : unexpected(extra, "rc", ["of"]);
}

function readCut([what, extra]: readonly Word[], rest: Rest): CommandReading {
  if (extra !== undefined) return unexpected(extra, "rc", ["of"]);
  if (what === undefined) return command({ kind: "rc", step: "cut", ...of(rest) });
  const raise = versionParts.find((known) => is(what, known));
  if (raise !== undefined) return command({ kind: "rc", step: "cut", raise, ...of(rest) });
  // Whether it is a version of the service's scheme is for the operation to say; a word is none in any scheme.
  if (!/^v?\d/iu.test(what.text)) return unknownWord(what.text, versionParts);
  return command({ kind: "rc", step: "cut", version: what.text, ...of(rest) });
}

export function readDemo(whole: Rest): CommandReading {
  const rest = serviceAnywhere(whole);
  const [first, name, extra] = rest.words;
  if (first === undefined) return command({ kind: "demo", ...of(rest) });
  const step = demoSteps.find((known) => is(first, known));
  if (step === undefined) return unknownWord(first.text, demoSteps);
  if (step === "list") {
    return name === undefined ? command({ kind: "demo", step, ...of(rest) }) : unexpected(name, "demo", ["of"]);
  }
  if (name === undefined) return missing("demo", "demo");
  if (extra !== undefined) return unexpected(extra, "demo", ["of"]);
  return command({ kind: "demo", step, name: name.text, ...of(rest) });
}
