import { describe, expect, it } from "vitest";
import { hotFunctions } from "./flame";

describe("hot functions", () => {
  it("have what is spent in them alone and with what they call", () => {
    const root = {
      name: "root",
      value: 10,
      children: [{ name: "run", value: 10, children: [{ name: "parse", value: 7 }] }],
    };
    expect(hotFunctions(root)).toEqual([
      { name: "parse", self: 7, total: 7 },
      { name: "run", self: 3, total: 10 },
    ]);
  });

  it("count recursion once", () => {
    const root = {
      name: "root",
      value: 4,
      children: [{ name: "f", value: 4, children: [{ name: "f", value: 3 }] }],
    };
    expect(hotFunctions(root)).toEqual([{ name: "f", self: 4, total: 4 }]);
  });

  it("are none without samples", () => {
    expect(hotFunctions({ name: "root", value: 0 })).toEqual([]);
  });
});
