import { createColumnHelper } from "@tanstack/react-table";
import { useMemo } from "react";
import { Link, useLocation } from "wouter";
import { Card } from "@/components/card";
import { DataTable } from "@/components/data-table";
import { EmptyState } from "@/components/empty-state";
import { StateBadge } from "@/components/state-badge";
import { TimeAgo } from "@/components/time-ago";
import { jobPath } from "../addresses";
import { Bytes, Duration } from "../parts/quantity";
import { type Checkpoint, type CheckpointsProps, typeOf } from "./checkpoint-words";
import classes from "./checkpoints.module.css";

const column = createColumnHelper<Checkpoint>();
const end = { align: "end" as const };

const columnsOf = (job: string) => [
  column.accessor("id", {
    header: "Number",
    meta: end,
    cell: ({ getValue }) => (
      <Link href={jobPath(job, "checkpoints", getValue())} className={classes.link}>
        {getValue()}
      </Link>
    ),
  }),
  column.accessor("status", {
    header: "State",
    cell: ({ getValue }) => <StateBadge state={getValue()} />,
  }),
  column.accessor(typeOf, { id: "type", header: "Kind" }),
  column.accessor("num_acknowledged_subtasks", {
    header: "Acknowledged",
    meta: end,
    cell: ({ row: { original } }) =>
      `${original.num_acknowledged_subtasks} of ${original.num_subtasks}`,
  }),
  column.accessor("trigger_timestamp", {
    header: "Triggered",
    cell: ({ getValue }) => <TimeAgo time={getValue()} />,
  }),
  column.accessor("end_to_end_duration", {
    header: "Took",
    meta: end,
    cell: ({ getValue }) => <Duration value={getValue()} />,
  }),
  column.accessor("checkpointed_size", {
    header: "Written for it",
    meta: end,
    cell: ({ getValue }) => <Bytes value={getValue()} />,
  }),
  column.accessor("state_size", {
    header: "State in all",
    meta: end,
    cell: ({ getValue }) => <Bytes value={getValue()} />,
  }),
  column.accessor((checkpoint) => checkpoint.failure_message ?? checkpoint.external_path ?? "", {
    id: "note",
    header: "Why it failed, or where it is",
    enableSorting: false,
    meta: { wrap: true },
  }),
];

export function CheckpointHistory({ job, checkpoints }: CheckpointsProps) {
  const [, navigate] = useLocation();
  const columns = useMemo(() => columnsOf(job.jid), [job.jid]);
  return (
    <Card title="History">
      <DataTable
        label="Checkpoints, newest first"
        rows={checkpoints.history}
        columns={columns}
        rowId={(checkpoint) => String(checkpoint.id)}
        onOpen={(checkpoint) => navigate(jobPath(job.jid, "checkpoints", checkpoint.id))}
        empty={
          <EmptyState title="No checkpoints yet">
            The first one comes after the interval under “Configuration”.
          </EmptyState>
        }
      />
    </Card>
  );
}
