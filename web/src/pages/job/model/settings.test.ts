import { describe, expect, it } from "vitest";
import { mergedSettings, OWN_ORIGIN } from "./settings";

describe("the options of a job", () => {
  it("are the cluster's, and above them its own", () => {
    const cluster = [
      { key: "a", value: "1", origin: "default" },
      { key: "b", value: "2", origin: "file" },
      { key: "c", value: "3", origin: "default" },
    ];
    expect(mergedSettings(cluster, { b: "2", c: "4", d: "5" })).toEqual([
      { key: "a", value: "1", origin: "default" },
      { key: "b", value: "2", origin: "file" },
      { key: "c", value: "4", origin: OWN_ORIGIN },
      { key: "d", value: "5", origin: OWN_ORIGIN },
    ]);
  });
});
