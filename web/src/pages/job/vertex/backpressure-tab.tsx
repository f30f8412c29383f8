import { useQuery } from "@tanstack/react-query";
import { createColumnHelper } from "@tanstack/react-table";
import type { components } from "@/api/schema";
import { DataTable } from "@/components/data-table";
import { LoadBar } from "@/components/load-bar";
import { TimeAgo } from "@/components/time-ago";
import { formatPercent } from "@/format/numbers";
import { type Pressure, pressureOf } from "../model/load";
import { JobQueryView } from "../parts/job-query-view";
import { backpressureQuery } from "../queries";
import classes from "./backpressure-tab.module.css";
import type { VertexTabProps } from "./vertex-drawer";

type Row = components["schemas"]["Backpressure"]["subtasks"][number];

const meanings: Record<Pressure, string> = {
  OK: "What is behind this task keeps up with it.",
  LOW: "This task waits now and then for those behind it.",
  HIGH: "This task waits most of the time for those behind it: the bottleneck is further on.",
};

function Level({ level }: { level: Pressure }) {
  return (
    <span className={classes.level} data-level={level}>
      {level}
    </span>
  );
}

const column = createColumnHelper<Row>();
const end = { align: "end" as const };
const columns = [
  column.accessor("subtask", { header: "Subtask", meta: end }),
  column.accessor("ratio", {
    header: "Back-pressure",
    cell: ({ getValue }) => <Level level={pressureOf(getValue())} />,
  }),
  column.accessor((row) => row.ratio, {
    id: "ratio",
    header: "Back-pressured",
    meta: end,
    cell: ({ getValue }) => formatPercent(getValue()),
  }),
  column.accessor("idleRatio", {
    header: "Idle",
    meta: end,
    cell: ({ getValue }) => formatPercent(getValue()),
  }),
  column.accessor("busyRatio", {
    header: "Busy",
    meta: end,
    cell: ({ getValue }) => formatPercent(getValue()),
  }),
  column.display({
    id: "time",
    header: "Time",
    cell: ({ row: { original } }) => (
      <LoadBar busy={original.busyRatio} backpressured={original.ratio} idle={original.idleRatio} />
    ),
  }),
];

export function BackpressureTab({ job, vertex }: VertexTabProps) {
  const query = useQuery(backpressureQuery(job.jid, vertex.id));
  return (
    <JobQueryView query={query} error="The back-pressure could not be read">
      {({ subtasks, "end-timestamp": at }) => {
        const level = pressureOf(Math.max(0, ...subtasks.map((subtask) => subtask.ratio)));
        return (
          <>
            <p className={classes.verdict}>
              <Level level={level} /> {meanings[level]}{" "}
              <span className={classes.quiet}>
                Measured <TimeAgo time={at} />.
              </span>
            </p>
            <DataTable
              label="Back-pressure of the subtasks"
              rows={subtasks}
              columns={columns}
              rowId={(row) => String(row.subtask)}
              maxHeight="calc(100dvh - 14rem)"
            />
          </>
        );
      }}
    </JobQueryView>
  );
}
