import { describe, expect, it } from "vitest";
import { indexAfter } from "./use-row-keys";

describe("When a key is pressed in a table of 15 rows", () => {
  it.each([
    ["ArrowDown", 3, 4],
    ["ArrowDown", 14, 14],
    ["ArrowUp", 0, 0],
    ["PageDown", 3, 13],
    ["PageDown", 9, 14],
    ["PageUp", 3, 0],
    ["Home", 7, 0],
    ["End", 7, 14],
    ["a", 7, null],
  ])("Then %s at row %d goes to %s", (key, from, to) => {
    expect(indexAfter(key, from, 15)).toBe(to);
  });
});
