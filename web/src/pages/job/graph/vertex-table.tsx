import { createColumnHelper } from "@tanstack/react-table";
import { useMemo } from "react";
import { Link } from "wouter";
import { Card } from "@/components/card";
import { DataTable } from "@/components/data-table";
import { LoadBar } from "@/components/load-bar";
import { StateBadge } from "@/components/state-badge";
import { formatExact, formatPercent } from "@/format/numbers";
import { vertexPath } from "../addresses";
import { shapeOf, topologicalOrder } from "../model/graph";
import { loadOf } from "../model/load";
import type { JobDetail, Vertex } from "../model/types";
import { Count, Duration } from "../parts/quantity";
import type { GraphMarks } from "./marks";
import classes from "./vertex-table.module.css";
import { lagText, loadText, rateText } from "./words";

const column = createColumnHelper<Vertex>();
const end = { align: "end" as const };

function Load({ vertex }: { vertex: Vertex }) {
  const load = loadOf(vertex.live);
  if (!load || vertex.status !== "RUNNING") return <span>–</span>;
  return (
    <div className={classes.load}>
      <span>{loadText(vertex.live)}</span>
      <LoadBar {...load.shares} />
    </div>
  );
}

function Rate({ value }: { value: number | null | undefined }) {
  return (
    <span title={value == null ? undefined : `${formatExact(Math.round(value))} records/s`}>
      {rateText(value)}
    </span>
  );
}

function columnsOf(job: string, marks: GraphMarks) {
  return [
    column.accessor("name", {
      header: "Task",
      meta: { wrap: true },
      cell: ({ row: { original } }) => (
        <>
          <Link href={vertexPath(job, original.id)} className={classes.name}>
            {original.name}
          </Link>
          {marks.bottleneck === original.id && <span className={classes.mark}>bottleneck</span>}
          {marks.watermarkHolder === original.id && (
            <span className={classes.mark}>holds the watermark</span>
          )}
        </>
      ),
    }),
    column.accessor("status", {
      header: "State",
      cell: ({ getValue }) => <StateBadge state={getValue()} />,
    }),
    column.accessor("parallelism", { header: "Parallelism", meta: end }),
    column.accessor((vertex) => vertex.live?.["busy-ratio"] ?? -1, {
      id: "load",
      header: "Load",
      cell: ({ row }) => <Load vertex={row.original} />,
    }),
    column.accessor((vertex) => vertex.live?.["records-in-per-second"] ?? -1, {
      id: "in",
      header: "Records in",
      meta: end,
      cell: ({ row }) => <Rate value={row.original.live?.["records-in-per-second"]} />,
    }),
    column.accessor((vertex) => vertex.live?.["records-out-per-second"] ?? -1, {
      id: "out",
      header: "Records out",
      meta: end,
      cell: ({ row }) => <Rate value={row.original.live?.["records-out-per-second"]} />,
    }),
    column.accessor((vertex) => vertex.metrics["read-records"] ?? 0, {
      id: "read",
      header: "Read in all",
      meta: end,
      cell: ({ getValue }) => <Count value={getValue()} />,
    }),
    column.accessor((vertex) => vertex.metrics["write-records"] ?? 0, {
      id: "written",
      header: "Written in all",
      meta: end,
      cell: ({ getValue }) => <Count value={getValue()} />,
    }),
    column.accessor((vertex) => vertex.live?.["watermark-lag"] ?? -1, {
      id: "lag",
      header: "Watermark lag",
      meta: end,
      cell: ({ row }) => lagText(row.original.live),
    }),
    column.accessor((vertex) => vertex.live?.skew ?? 0, {
      id: "skew",
      header: "Skew",
      meta: end,
      cell: ({ getValue }) => formatPercent(getValue()),
    }),
    column.accessor("duration", {
      header: "Duration",
      meta: end,
      cell: ({ getValue }) => <Duration value={getValue()} />,
    }),
  ];
}

/** The vertices in the order in which records pass them. */
export function VertexTable({ job, marks }: { job: JobDetail; marks: GraphMarks }) {
  const columns = useMemo(() => columnsOf(job.jid, marks), [job.jid, marks]);
  const rows = useMemo(() => {
    const byId = new Map(job.vertices.map((vertex) => [vertex.id, vertex]));
    return topologicalOrder(shapeOf(job)).flatMap((id) => byId.get(id) ?? []);
  }, [job]);
  return (
    <Card>
      <DataTable
        label="Tasks of the job"
        rows={rows}
        columns={columns}
        rowId={(vertex) => vertex.id}
        onOpen={(vertex) => marks.open(vertex.id)}
      />
    </Card>
  );
}
