/** Reads what only looks: `status`, `why`, `diff`, `history`, `queue`, `where`, `help`; and `link` and `unlink`. */
import type { CommandReading } from "./command.ts";
import { helpOn } from "./help.ts";
import { helpTopics, isHelpTopic } from "./help-topics.ts";
import { command, missing, of, problem, type Rest, serviceAnywhere, unexpected, unknownWord } from "./reading.ts";

export function readBoard(kind: "status" | "queue", whole: Rest): CommandReading {
  const rest = serviceAnywhere(whole);
  const extra = rest.words[0];
  if (extra !== undefined) return unexpected(extra, kind, ["of"]);
  return command({ kind, ...of(rest) });
}

export function readHistory(whole: Rest): CommandReading {
  const rest = serviceAnywhere(whole);
  const [environment, extra] = rest.words;
  if (extra !== undefined) return unexpected(extra, "history", ["of"]);
  return command({
    kind: "history",
    ...(environment === undefined ? {} : { environment: environment.text }),
    ...of(rest),
  });
}

export function readEnvironmentOnly(kind: "why" | "diff", whole: Rest): CommandReading {
  const rest = serviceAnywhere(whole);
  const [environment, extra] = rest.words;
  if (environment === undefined) return missing("environment", kind);
  if (extra !== undefined) return unexpected(extra, kind, ["of"]);
  return command({ kind, environment: environment.text, ...of(rest) });
}

/** As GitHub writes an issue or a pull request: by number, in another repository, or by its address. */
const issue =
  /^(?:(?:(?<named>[\w.-]+\/[\w.-]+)?#|GH-)?(?<number>\d{1,9})|https?:\/\/[^\s/]+\/(?:[^\s/]+\/)*?(?<linked>[\w.-]+\/[\w.-]+)\/(?:issues|pull)\/(?<link>\d{1,9})(?:[/?#]\S*)?)$/iu;

export function readWhere(whole: Rest): CommandReading {
  const rest = serviceAnywhere(whole);
  const [named, extra] = rest.words;
  if (named === undefined) return missing("issue", "where");
  if (extra !== undefined) return unexpected(extra, "where", ["of"]);
  const groups = issue.exec(named.text)?.groups ?? {};
  const number = Number(groups["number"] ?? groups["link"] ?? 0);
  if (number === 0) return problem({ code: "bad-issue", found: named.text, usage: helpOn("where").usage });
  const repository = groups["named"] ?? groups["linked"];
  return command({ kind: "where", number, ...(repository === undefined ? {} : { repository }), ...of(rest) });
}

export function readHelp(whole: Rest): CommandReading {
  const [asked] = serviceAnywhere(whole).words;
  if (asked === undefined) return command({ kind: "help" });
  const topic = asked.text.toLowerCase().replace(/^\/+/u, "");
  return isHelpTopic(topic) ? command({ kind: "help", topic }) : unknownWord(asked.text, helpTopics);
}

/** A person is linked once, whatever the service. */
export function readLink(kind: "link" | "unlink", rest: Rest): CommandReading {
  const extra = rest.words[0];
  return extra === undefined ? command({ kind }) : unexpected(extra, kind);
}
