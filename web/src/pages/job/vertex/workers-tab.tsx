import { useQuery } from "@tanstack/react-query";
import { createColumnHelper } from "@tanstack/react-table";
import { Link } from "wouter";
import type { components } from "@/api/schema";
import { DataTable } from "@/components/data-table";
import { StateBadge } from "@/components/state-badge";
import { TaskCounts } from "@/components/task-counts";
import { shortId } from "@/format/text";
import { JobQueryView } from "../parts/job-query-view";
import { Bytes, Count, Duration } from "../parts/quantity";
import { vertexWorkersQuery } from "../queries";
import classes from "./subtasks-tab.module.css";
import type { VertexTabProps } from "./vertex-drawer";

type Worker = components["schemas"]["VertexTaskManagers"]["taskmanagers"][number];

const column = createColumnHelper<Worker>();
const end = { align: "end" as const };

const columns = [
  column.accessor("endpoint", {
    header: "Worker",
    cell: ({ row: { original } }) => {
      const id = original["taskmanager-id"];
      if (id.startsWith("(")) return "not placed yet";
      return (
        <Link href={`/workers/${id}`} title={id} className={classes.worker}>
          {original.endpoint} · {shortId(id)}
        </Link>
      );
    },
  }),
  column.accessor("status", {
    header: "State",
    cell: ({ getValue }) => <StateBadge state={getValue()} />,
  }),
  column.accessor((worker) => worker["status-counts"], {
    id: "subtasks",
    header: "Subtasks",
    enableSorting: false,
    cell: ({ getValue }) => <TaskCounts counts={getValue()} />,
  }),
  column.accessor((worker) => worker.metrics["read-records"], {
    id: "read",
    header: "Records in",
    meta: end,
    cell: ({ getValue }) => <Count value={getValue()} />,
  }),
  column.accessor((worker) => worker.metrics["write-records"], {
    id: "written",
    header: "Records out",
    meta: end,
    cell: ({ getValue }) => <Count value={getValue()} />,
  }),
  column.accessor((worker) => worker.metrics["read-bytes"], {
    id: "bytes-read",
    header: "Bytes in",
    meta: end,
    cell: ({ getValue }) => <Bytes value={getValue()} />,
  }),
  column.accessor((worker) => worker.metrics["write-bytes"], {
    id: "bytes-written",
    header: "Bytes out",
    meta: end,
    cell: ({ getValue }) => <Bytes value={getValue()} />,
  }),
  column.accessor("duration", {
    header: "Duration",
    meta: end,
    cell: ({ getValue }) => <Duration value={getValue()} />,
  }),
];

export function WorkersTab({ job, vertex }: VertexTabProps) {
  const query = useQuery(vertexWorkersQuery(job.jid, vertex.id));
  return (
    <JobQueryView query={query} error="The workers of the task could not be read">
      {({ taskmanagers }) => (
        <DataTable
          label="Workers of the task"
          rows={taskmanagers}
          columns={columns}
          rowId={(worker) => worker["taskmanager-id"]}
        />
      )}
    </JobQueryView>
  );
}
