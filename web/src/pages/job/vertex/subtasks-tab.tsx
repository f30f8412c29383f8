import { useQuery } from "@tanstack/react-query";
import { createColumnHelper } from "@tanstack/react-table";
import { useMemo } from "react";
import { Link } from "wouter";
import type { components } from "@/api/schema";
import { DataTable } from "@/components/data-table";
import { LoadBar } from "@/components/load-bar";
import { StateBadge } from "@/components/state-badge";
import { formatPercent } from "@/format/numbers";
import { shortId } from "@/format/text";
import { skewOf } from "../model/load";
import { JobQueryView } from "../parts/job-query-view";
import { Bytes, Count, Duration, isWatermark, Time, Watermark } from "../parts/quantity";
import { backpressureQuery, vertexQuery } from "../queries";
import { SkewBar } from "./skew-bar";
import classes from "./subtasks-tab.module.css";
import type { VertexTabProps } from "./vertex-drawer";

type Schemas = components["schemas"];
type Pressure = Schemas["Backpressure"]["subtasks"][number];
interface Row {
  subtask: Schemas["SubtaskAttempt"];
  pressure?: Pressure;
}

const column = createColumnHelper<Row>();
const end = { align: "end" as const };

function Load({ pressure }: { pressure?: Pressure }) {
  if (!pressure) return <span>–</span>;
  return (
    <div className={classes.load}>
      <span>
        {formatPercent(pressure.busyRatio)} · {formatPercent(pressure.ratio)} ·{" "}
        {formatPercent(pressure.idleRatio)}
      </span>
      <LoadBar busy={pressure.busyRatio} backpressured={pressure.ratio} idle={pressure.idleRatio} />
    </div>
  );
}

type Io = "read-records" | "write-records" | "read-bytes" | "write-bytes";

function ioColumn(name: Io, header: string, most: number) {
  const Value = name.endsWith("bytes") ? Bytes : Count;
  return column.accessor(({ subtask }) => subtask.metrics[name], {
    id: name,
    header,
    meta: end,
    cell: ({ getValue }) => (
      <SkewBar value={getValue()} most={most}>
        <Value value={getValue()} />
      </SkewBar>
    ),
  });
}

function columnsOf(rows: readonly Row[]) {
  const most = (name: Io) => Math.max(0, ...rows.map(({ subtask }) => subtask.metrics[name]));
  return [
    column.accessor("subtask.subtask", { header: "#", meta: end }),
    column.accessor("subtask.status", {
      header: "State",
      cell: ({ getValue }) => <StateBadge state={getValue()} />,
    }),
    column.accessor(({ pressure }) => pressure?.busyRatio ?? -1, {
      id: "load",
      header: "Busy · back-pr. · idle",
      cell: ({ row }) => <Load pressure={row.original.pressure} />,
    }),
    ioColumn("read-records", "Records in", most("read-records")),
    ioColumn("write-records", "Records out", most("write-records")),
    ioColumn("read-bytes", "Bytes in", most("read-bytes")),
    ioColumn("write-bytes", "Bytes out", most("write-bytes")),
    column.accessor(({ subtask }) => (isWatermark(subtask.watermark) ? subtask.watermark : -1), {
      id: "watermark",
      header: "Watermark",
      cell: ({ row }) => <Watermark value={row.original.subtask.watermark} />,
    }),
    column.accessor("subtask.attempt", { header: "Attempt", meta: end }),
    column.accessor(({ subtask }) => subtask.endpoint || subtask["taskmanager-id"], {
      id: "worker",
      header: "Worker",
      cell: ({ row: { original } }) => {
        const id = original.subtask["taskmanager-id"];
        if (!id) return "–";
        return (
          <Link href={`/workers/${id}`} title={id} className={classes.worker}>
            {shortId(id)}
          </Link>
        );
      },
    }),
    column.accessor(({ subtask }) => subtask["start-time"], {
      id: "start",
      header: "Started",
      cell: ({ getValue }) => <Time value={getValue()} />,
    }),
    column.accessor(({ subtask }) => subtask.duration, {
      id: "duration",
      header: "Duration",
      meta: end,
      cell: ({ getValue }) => <Duration value={getValue()} />,
    }),
  ];
}

function Subtasks({ rows }: { rows: Row[] }) {
  const columns = useMemo(() => columnsOf(rows), [rows]);
  const skew = skewOf(rows.map(({ subtask }) => subtask.metrics["read-records"]));
  return (
    <>
      {rows.length > 1 && (
        <p className={classes.note}>
          Skew of the records read: <strong>{formatPercent(skew)}</strong>
          {skew > 0.5 && " – one subtask reads far more than the others; look for a hot key"}
        </p>
      )}
      <DataTable
        label="Subtasks"
        rows={rows}
        columns={columns}
        rowId={({ subtask }) => String(subtask.subtask)}
        maxHeight="calc(100dvh - 14rem)"
      />
    </>
  );
}

export function SubtasksTab({ job, vertex }: VertexTabProps) {
  const query = useQuery(vertexQuery(job.jid, vertex.id));
  const { data: pressure } = useQuery(backpressureQuery(job.jid, vertex.id));
  const rows = useMemo(() => {
    const byIndex = new Map(pressure?.subtasks.map((each) => [each.subtask, each]));
    return (query.data?.subtasks ?? []).map(
      (subtask): Row => ({ subtask, pressure: byIndex.get(subtask.subtask) }),
    );
  }, [query.data, pressure]);
  return (
    <JobQueryView query={query} error="The subtasks could not be read">
      {() => <Subtasks rows={rows} />}
    </JobQueryView>
  );
}
