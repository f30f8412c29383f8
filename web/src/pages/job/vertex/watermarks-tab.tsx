import { useQuery } from "@tanstack/react-query";
import { createColumnHelper } from "@tanstack/react-table";
import { useMemo } from "react";
import { DataTable } from "@/components/data-table";
import { EmptyState } from "@/components/empty-state";
import { Stat, Stats } from "@/components/stat";
import { formatDuration, formatExactTime } from "@/format/times";
import { splitMetricId } from "../model/metrics";
import { JobQueryView } from "../parts/job-query-view";
import { isWatermark, Watermark } from "../parts/quantity";
import { watermarksQuery } from "../queries";
import type { VertexTabProps } from "./vertex-drawer";

interface Row {
  subtask: number;
  watermark: number;
  /** Milliseconds behind the furthest subtask; undefined without a watermark. */
  behind?: number;
}

const column = createColumnHelper<Row>();
const columns = [
  column.accessor("subtask", { header: "Subtask", meta: { align: "end" } }),
  column.accessor("watermark", {
    header: "Low watermark",
    cell: ({ getValue }) => <Watermark value={getValue()} />,
  }),
  column.accessor((row) => row.behind ?? Number.POSITIVE_INFINITY, {
    id: "behind",
    header: "Behind the furthest",
    meta: { align: "end" },
    cell: ({ row }) =>
      row.original.behind === undefined ? "–" : formatDuration(row.original.behind),
  }),
];

/** From metrics "<subtask>.currentInputWatermark". */
export function watermarkRows(metrics: readonly { id: string; value?: string }[]): Row[] {
  const rows = metrics.map(({ id, value }) => ({
    subtask: splitMetricId(id).subtask ?? 0,
    watermark: Number(value ?? Number.NaN),
  }));
  const known = rows.map((row) => row.watermark).filter(isWatermark);
  const furthest = Math.max(...known);
  return rows.map((row) =>
    isWatermark(row.watermark) ? { ...row, behind: furthest - row.watermark } : row,
  );
}

function Watermarks({ rows, now }: { rows: Row[]; now: number }) {
  if (rows.length === 0) {
    return (
      <EmptyState title="No watermarks">
        Records of this task have no event time, or none has arrived yet.
      </EmptyState>
    );
  }
  const known = rows.map((row) => row.watermark).filter(isWatermark);
  const least = known.length === rows.length ? Math.min(...known) : undefined;
  return (
    <>
      <Stats>
        <Stat
          label="Low watermark"
          value={
            <Watermark
              value={least ?? rows.find((row) => !isWatermark(row.watermark))?.watermark}
            />
          }
          exact={least === undefined ? undefined : formatExactTime(least)}
        />
        <Stat
          label="Behind the clock"
          value={least === undefined ? "–" : formatDuration(Math.max(0, now - least))}
        />
        <Stat
          label="Spread of the subtasks"
          value={known.length < 2 ? "–" : formatDuration(Math.max(...known) - Math.min(...known))}
        />
      </Stats>
      <DataTable
        label="Watermarks of the subtasks"
        rows={rows}
        columns={columns}
        rowId={(row) => String(row.subtask)}
        maxHeight="calc(100dvh - 18rem)"
      />
    </>
  );
}

export function WatermarksTab({ job, vertex }: VertexTabProps) {
  const query = useQuery(watermarksQuery(job.jid, vertex.id));
  const rows = useMemo(() => watermarkRows(query.data ?? []), [query.data]);
  return (
    <JobQueryView query={query} error="The watermarks could not be read">
      {() => <Watermarks rows={rows} now={job.now} />}
    </JobQueryView>
  );
}
