import { describe, expect, it } from "vitest";
import { appendText, noLines } from "./log-lines";
import { findLines } from "./use-line-search";

describe("When a log comes in parts", () => {
  it("Then lines that are cut by the parts are put together", () => {
    const log = ["one\ntw", "o\n", "three"].reduce(appendText, noLines);
    expect(log).toEqual({ lines: ["one", "two", "three"], open: true });
  });

  it("Then a line end that comes alone ends the line", () => {
    const log = ["one", "\n", "two\n"].reduce(appendText, noLines);
    expect(log).toEqual({ lines: ["one", "two"], open: false });
  });

  it("Then empty lines are lines and empty parts are nothing", () => {
    expect(["a\n\n", "", "\nb\n"].reduce(appendText, noLines).lines).toEqual(["a", "", "", "b"]);
  });
});

describe("When lines are searched", () => {
  it("Then case does not matter and no text finds nothing", () => {
    expect(findLines(["Error", "fine", "an ERROR"], "error")).toEqual([0, 2]);
    expect(findLines(["a"], "")).toEqual([]);
  });
});
