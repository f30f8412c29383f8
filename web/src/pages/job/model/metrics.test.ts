import { describe, expect, it } from "vitest";
import { historyRows, metricNames, operatorUids, Recorder, splitMetricId, unitOf } from "./metrics";

describe("history", () => {
  it("becomes rows with times in seconds, with gaps for what is not remembered", () => {
    const history = {
      interval: 1000,
      timestamps: [1000, 2000],
      series: { "busy-ratio": [0.1, null] },
    };
    expect(historyRows(history, ["busy-ratio", "gone"])).toEqual([
      [1, 2],
      [0.1, null],
      [null, null],
    ]);
  });
});

describe("names of metrics", () => {
  it("stand behind the subtask", () => {
    expect(splitMetricId("12.events.numRecordsOut")).toEqual({
      subtask: 12,
      name: "events.numRecordsOut",
    });
    expect(splitMetricId("uptime")).toEqual({ name: "uptime" });
    expect(metricNames(["1.b", "0.a", "0.b"])).toEqual(["a", "b"]);
  });

  it("tell which operators there are", () => {
    expect(
      operatorUids(["0.events.numRecordsOut", "1.events.numRecordsIn", "0.busyTimeMs"]),
    ).toEqual(["events"]);
  });

  it("tell the unit", () => {
    expect(
      [
        "busy-ratio",
        "currentInputWatermark",
        "busyTimeMs",
        "numBytesOut",
        "numRecordsInPerSecond",
        "restarts",
      ].map(unitOf),
    ).toEqual(["share", "time", "millis", "bytes", "per-second", "count"]);
  });
});

describe("Recorder", () => {
  it("has gaps before a metric was first seen and after it was last", () => {
    const recorder = new Recorder();
    recorder.add(1000, new Map([["a", 1]]));
    recorder.add(2000, new Map([["b", 2]]));
    expect(recorder.rows(["a", "b", "c"])).toEqual([
      [1, 2],
      [1, null],
      [null, 2],
      [null, null],
    ]);
  });

  it("keeps the newest", () => {
    const recorder = new Recorder(2);
    for (const at of [1, 2, 3]) recorder.add(at * 1000, new Map([["a", at]]));
    expect(recorder.rows(["a"])).toEqual([
      [2, 3],
      [2, 3],
    ]);
  });
});
