import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Status } from "../../src/policy/model.ts";
import { chooseRollbackTarget, type HistoryEntry, type RollbackQuestion } from "../../src/policy/rollback-target.ts";
import { sha } from "./some-facts.ts";

/** `"a b! c r:a"`: oldest first; `!` failed, `r:x` a rollback to x, `x@1.2` a version. A letter is a content. */
function history(story: string): readonly HistoryEntry[] {
  const told = story.split(" ").filter((word) => word !== "");
  return told
    .map((word, i): HistoryEntry => {
      const rollback = word.startsWith("r:");
      const [content = "", version] = word.replace("r:", "").replace("!", "").split("@");
      const status: Status = word.endsWith("!") ? "failure" : "success";
      const revision = { sha: sha(content), tree: sha(content), ...(version === undefined ? {} : { version }) };
      return {
        deployment: i + 1,
        status,
        revision,
        kind: rollback ? "rollback" : "deploy",
        ...(rollback ? { rollsBack: i } : {}),
      };
    })
    .toReversed();
}

function choose(story: string, question: Omit<Partial<RollbackQuestion>, "history"> = {}): string {
  const choice = chooseRollbackTarget({ history: history(story), quarantinedTrees: [], ...question });
  if (choice.kind === "none") return choice.why;
  return `${choice.target} ${choice.revision.sha[0]}, undoes ${choice.undoes.revision.sha[0]}`;
}

describe("where a rollback goes", () => {
  test.each([
    ["", "nothing-live"],
    ["a!", "nothing-live"],
    ["a", "nothing-before"],
    ["a b", "previous a, undoes b"],
    ["a b c", "previous b, undoes c"],
    ["a b! c", "previous a, undoes c"],
    ["a b c!", "previous a, undoes b"],
    ["a b b", "previous a, undoes b"],
    ["a a b", "previous a, undoes b"],
    ["a b a", "previous b, undoes a"],
    // What a rollback took out is never gone back to: the next one goes further back.
    ["a b r:a", "nothing-before"],
    ["0 a b r:a", "previous 0, undoes a"],
    ["0 a b r:a r:0", "nothing-before"],
    ["a b r:a c", "previous a, undoes c"],
    ["a b c r:b r:a d", "previous a, undoes d"],
    ["a b c r:a d", "previous a, undoes d"],
    ["a b r:a b", "previous a, undoes b"],
    ["a b c r:b!", "previous b, undoes c"],
    // The history may begin after what a rollback went to.
    ["b r:a c", "previous a, undoes c"],
    ["a b r:e c", "previous e, undoes c"],
  ])("%s → %s", (story, expected) => {
    expect(choose(story)).toBe(expected);
  });

  test.each([
    ["a b c", ["b"], "previous a, undoes c"],
    ["a b c", ["a", "b"], "nothing-before"],
    ["a b c", ["c"], "previous b, undoes c"],
  ])("%s without what is in quarantine (%s)", (story, quarantined, expected) => {
    expect(choose(story, { quarantinedTrees: quarantined.map(sha) })).toBe(expected);
  });

  test.each([
    ["a b c", sha("b"), "previous b, undoes c"],
    ["a b c", sha("b").slice(0, 7).toUpperCase(), "previous b, undoes c"],
    ["a b c", sha("a"), "older a, undoes c"],
    ["a b c", sha("a").slice(0, 6), "never-live"],
    ["a b! c", sha("b"), "never-live"],
    ["a b c", sha("c"), "already-live"],
    ["a b c", sha("9"), "never-live"],
    ["a@1.0.0 b@1.1.0 c@1.2.0", "1.0.0", "older a, undoes c"],
    ["a@1.0.0 b@1.1.0 c@1.2.0", "v1.1.0", "previous b, undoes c"],
    ["a@v1.0.0 b@v1.1.0 c", "V1.0.0", "older a, undoes c"],
    ["a@1.0.0 b@1.0.0 c", "1.0.0", "ambiguous"],
    ["a@1.0.0 b@1.1.0", "1.1", "never-live"],
    ["a b c", "", "never-live"],
    ["a b r:a", sha("b"), "older b, undoes a"],
  ])("%s to %s → %s", (story, to, expected) => {
    expect(choose(story, { to })).toBe(expected);
  });

  test("one in quarantine can be named, so that its gate says why it may not", () => {
    expect(choose("a b c", { to: sha("b"), quarantinedTrees: [sha("b")] })).toBe("older b, undoes c");
  });

  test("after an attempt that broke off, what is live is what was healthy before", () => {
    expect(choose("a b c!", { uncertain: { deployment: 3 } })).toBe("previous b, undoes c");
    expect(choose("a b c!", { uncertain: { deployment: 3 }, to: sha("b") })).toBe("previous b, undoes c");
    expect(choose("a b c!", { uncertain: { deployment: 3 }, to: sha("a") })).toBe("older a, undoes c");
    expect(choose("a b c!", { uncertain: { deployment: 3 }, quarantinedTrees: [sha("b")] })).toBe(
      "previous a, undoes c",
    );
  });

  /** Rolls back until nothing is left, and returns every target and everything that was taken out. */
  function rollBackToTheEnd(deployed: readonly string[], quarantine: boolean) {
    let story = deployed.join(" ");
    const steps: { readonly target: string; readonly takenOut: readonly string[] }[] = [];
    const takenOut: string[] = [];
    for (;;) {
      const quarantinedTrees = quarantine ? takenOut.map(sha) : [];
      const choice = chooseRollbackTarget({ history: history(story), quarantinedTrees });
      if (choice.kind === "none") return steps;
      if (steps.length > deployed.length) throw new Error("rolling back never came to an end");
      const target = choice.revision.sha[0] ?? "";
      takenOut.push(choice.undoes.revision.sha[0] ?? "");
      steps.push({ target, takenOut: [...takenOut] });
      story = `${story} r:${target}`;
    }
  }

  test("however often one rolls back, it never goes to what is in quarantine and comes to an end", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("1", "2", "3", "4", "5"), { minLength: 1, maxLength: 12 }), (deployed) => {
        for (const { target, takenOut } of rollBackToTheEnd(deployed, true)) expect(takenOut).not.toContain(target);
      }),
    );
  });

  test("of revisions that all differ it goes back one by one, without the help of the quarantine", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.constantFrom(..."123456789abcdef"), { minLength: 1 }), (deployed) => {
        const targets = rollBackToTheEnd(deployed, false).map(({ target }) => target);
        expect(targets).toEqual(deployed.toReversed().slice(1));
      }),
    );
  });
});
