import { describe, expect, it } from "vitest";
import { splitArguments } from "./arguments";
import { emptyForm, parseSettings, submissionOf } from "./submission";

describe("When arguments are taken apart", () => {
  it.each([
    ["", []],
    ["  --a 1\n--b  2 ", ["--a", "1", "--b", "2"]],
    [`--text "two words" --path 'a "b"'`, ["--text", "two words", "--path", 'a "b"']],
    ['--path a\\ b --quote \\"', ["--path", "a b", "--quote", '"']],
    ["--empty ''", ["--empty", ""]],
    ['--key="x y"z', ["--key=x yz"]],
  ])("Then %j are words as a shell has them", (text, words) => {
    expect(splitArguments(text)).toEqual({ words, problem: null });
  });

  it("Then a quote that is not closed is a problem", () => {
    expect(splitArguments('--a "b').problem).toBe('the quote " is not closed');
  });
});

describe("When settings are read", () => {
  it("Then both ways to write them do", () => {
    expect(parseSettings("a.b: 5 s\n\nc-d=true\n")).toEqual({
      settings: { "a.b": "5 s", "c-d": "true" },
      problem: null,
    });
  });

  it("Then a line that is none is named", () => {
    expect(parseSettings("what?").problem).toContain("'what?'");
  });
});

describe("When a form is sent", () => {
  it("Then what was left empty is left to the cluster", () => {
    expect(submissionOf(emptyForm)).toEqual({ programArgsList: [] });
  });

  it("Then all that was said is in it", () => {
    const form = {
      name: " mine ",
      arguments: "--n 1",
      parallelism: 4,
      savepoint: "file:/s",
      allowNonRestored: true,
      settings: "a: b",
    };
    expect(submissionOf(form)).toEqual({
      programArgsList: ["--n", "1"],
      jobName: "mine",
      parallelism: 4,
      savepointPath: "file:/s",
      allowNonRestoredState: true,
      configuration: { a: "b" },
    });
  });
});
