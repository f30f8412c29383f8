// Metrics of a vertex as they can be charted: those the coordinator remembers, and any other from now on.

import type { Millis } from "./types";

/** `GET /jobs/:j/history`. */
export interface History {
  interval: Millis;
  timestamps: Millis[];
  series: Record<string, (number | null)[]>;
}

/** Rows of uPlot: times in seconds first. */
export type ChartRows = [number[], ...(number | null)[][]];

/** The rows of some series; one that is not remembered has gaps only. */
export function historyRows(history: History, names: readonly string[]): ChartRows {
  const gaps = () => history.timestamps.map(() => null);
  return [
    history.timestamps.map((at) => at / 1000),
    ...names.map((name) => history.series[name] ?? gaps()),
  ];
}

/** "3.numRecordsIn" → subtask 3 and the metric; a name without a subtask belongs to none. */
export function splitMetricId(id: string): { subtask?: number; name: string } {
  const match = /^(\d+)\.(.+)$/.exec(id);
  return match ? { subtask: Number(match[1]), name: match[2] ?? "" } : { name: id };
}

/** The names without their subtasks, in order. */
export function metricNames(ids: readonly string[]): string[] {
  return [...new Set(ids.map((id) => splitMetricId(id).name))].sort((a, b) => a.localeCompare(b));
}

/** The operators that have metrics of their own: "<subtask>.<uid>.numRecordsOut". */
export function operatorUids(ids: readonly string[]): string[] {
  const uids = metricNames(ids).flatMap((name) => /^(.+)\.[^.]+$/.exec(name)?.[1] ?? []);
  return [...new Set(uids)];
}

export type Unit = "count" | "bytes" | "millis" | "share" | "time" | "per-second";

/** How values of a metric read, by its name. */
export function unitOf(name: string): Unit {
  if (/ratio$|usage$/i.test(name)) return "share";
  if (/watermark$/i.test(name)) return "time";
  if (/(TimeMs|lag|Duration|Delay|Drift|time)$/i.test(name)) return "millis";
  if (/bytes|size/i.test(name)) return "bytes";
  if (/per-?second$/i.test(name)) return "per-second";
  return "count";
}

/** Values over time of metrics that nobody else remembers; the oldest go when `limit` is reached. */
export class Recorder {
  private times: Millis[] = [];
  private readonly values = new Map<string, (number | null)[]>();

  constructor(private readonly limit = 300) {}

  add(at: Millis, sample: ReadonlyMap<string, number>): void {
    for (const name of sample.keys()) {
      if (!this.values.has(name))
        this.values.set(
          name,
          this.times.map(() => null),
        );
    }
    this.times.push(at);
    for (const [name, values] of this.values) values.push(sample.get(name) ?? null);
    if (this.times.length <= this.limit) return;
    this.times.shift();
    for (const values of this.values.values()) values.shift();
  }

  rows(names: readonly string[]): ChartRows {
    const gaps = () => this.times.map(() => null);
    return [
      this.times.map((at) => at / 1000),
      ...names.map((name) => [...(this.values.get(name) ?? gaps())]),
    ];
  }
}
