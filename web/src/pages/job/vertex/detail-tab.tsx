import { KeyValueTable } from "@/components/key-value-table";
import { LoadBar } from "@/components/load-bar";
import { TaskCounts } from "@/components/task-counts";
import { formatByteRate, formatPercent, formatRate } from "@/format/numbers";
import { lagText, loadText } from "../graph/words";
import { operatorsOf } from "../model/graph";
import { loadOf } from "../model/load";
import { CopyId } from "../parts/copy-id";
import { Bytes, Count, Duration, Time, Watermark } from "../parts/quantity";
import classes from "./detail-tab.module.css";
import type { VertexTabProps } from "./vertex-drawer";

/** The chain, operator by operator: what runs in one thread without an exchange between. */
function Operators({ name }: { name: string }) {
  return (
    <ol className={classes.operators} aria-label="Operators, in the order of records">
      {operatorsOf(name).map((operator, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a chain's order does not change
        <li key={index}>{operator}</li>
      ))}
    </ol>
  );
}

function liveEntries({ vertex }: VertexTabProps): [string, React.ReactNode][] {
  const { live } = vertex;
  const load = loadOf(live);
  if (!live || !load) return [];
  return [
    [
      "Load",
      <div key="load" className={classes.load}>
        {loadText(live)} (of the busiest subtask)
        <LoadBar {...load.shares} />
      </div>,
    ],
    ["Records in", formatRate(live["records-in-per-second"] ?? 0)],
    ["Records out", formatRate(live["records-out-per-second"] ?? 0)],
    ["Bytes in", formatByteRate(live["bytes-in-per-second"] ?? 0)],
    ["Bytes out", formatByteRate(live["bytes-out-per-second"] ?? 0)],
    ["Watermark", <Watermark key="watermark" value={live.watermark} />],
    ["Watermark lag", lagText(live)],
    ["Skew", formatPercent(live.skew ?? 0)],
    ...(live["pending-records"] == null
      ? []
      : [
          ["Pending records", <Count key="pending" value={live["pending-records"]} />] as [
            string,
            React.ReactNode,
          ],
        ]),
  ];
}

export function DetailTab({ job, vertex }: VertexTabProps) {
  const { metrics } = vertex;
  return (
    <>
      <Operators name={vertex.name} />
      <KeyValueTable
        entries={[
          ...(vertex.status === "RUNNING" ? liveEntries({ job, vertex }) : []),
          ["Subtasks", <TaskCounts key="tasks" counts={vertex.tasks} />],
          ["Parallelism", vertex.parallelism],
          ["Max parallelism", vertex.maxParallelism ?? "–"],
          ["Started", <Time key="start" value={vertex["start-time"]} />],
          ["Ended", <Time key="end" value={vertex["end-time"]} />],
          ["Duration", <Duration key="duration" value={vertex.duration} />],
          ["Records read", <Count key="read" value={metrics["read-records"]} />],
          ["Records written", <Count key="written" value={metrics["write-records"]} />],
          ["Bytes read", <Bytes key="bytes-read" value={metrics["read-bytes"]} />],
          ["Bytes written", <Bytes key="bytes-written" value={metrics["write-bytes"]} />],
          ["Id", <CopyId key="id" label="task id" value={vertex.id} />],
        ]}
      />
    </>
  );
}
