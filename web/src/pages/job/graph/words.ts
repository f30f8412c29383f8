// A vertex's measurements in words: for its node, its row and for those who don't see colours.

import { formatCount, formatPercent, formatRate } from "@/format/numbers";
import { formatDuration, formatExactTime } from "@/format/times";
import { loadOf } from "../model/load";
import type { Live, Vertex } from "../model/types";

export function rateText(rate: number | null | undefined): string {
  return rate == null ? "–" : formatRate(rate);
}

/** What may be a rate of 0: a source reads nothing from a channel, a sink writes to none. */
export function flowText(live: Live | null | undefined): string {
  if (!live) return "";
  return `${rateText(live["records-in-per-second"])} in, ${rateText(live["records-out-per-second"])} out`;
}

export function lagText(live: Live | null | undefined): string {
  const lag = live?.["watermark-lag"];
  if (lag == null) return "–";
  return lag < 0 ? `${formatDuration(-lag)} ahead` : formatDuration(lag);
}

const monthMillis = 30 * 24 * 3600 * 1000;

/** How far event time has come: behind now, or its date when old data are replayed. */
export function eventTime(live: Live): { name: string; value: string } {
  const lag = live["watermark-lag"];
  if (lag == null || lag < monthMillis || live.watermark == null) {
    return { name: "lag", value: lagText(live) };
  }
  return { name: "at", value: formatExactTime(live.watermark).slice(0, 16) };
}

export function loadText(live: Live | null | undefined): string {
  const load = loadOf(live);
  if (!load) return "not measured";
  const waiting =
    load.backpressured > 0.005 ? `, back-pressured ${formatPercent(load.backpressured)}` : "";
  return `busy ${formatPercent(load.busy)}${waiting}`;
}

/** "3 of 4 RUNNING" while not all are in one state. */
export function tasksText(vertex: Vertex): string {
  const states = Object.entries(vertex.tasks).filter(([, count]) => count > 0);
  if (states.length <= 1) return vertex.status;
  return states.map(([state, count]) => `${formatCount(count)} ${state}`).join(", ");
}

/** All of a node, as it is read aloud. */
export function spoken(vertex: Vertex, marks: string[]): string {
  return [
    vertex.name,
    `parallelism ${vertex.parallelism}`,
    tasksText(vertex),
    vertex.live ? `${loadText(vertex.live)}, ${flowText(vertex.live)}` : "",
    ...marks,
  ]
    .filter((part) => part !== "")
    .join(". ");
}
