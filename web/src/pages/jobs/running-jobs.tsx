import type { ColumnDef } from "@tanstack/react-table";
import { useLocation } from "wouter";
import { DataTable } from "@/components/data-table";
import { EmptyState } from "@/components/empty-state";
import { TaskCounts } from "@/components/task-counts";
import { TimeAgo } from "@/components/time-ago";
import {
  CheckpointAge,
  type Job,
  JobDuration,
  JobLoadCell,
  JobName,
  JobRate,
  JobStateCell,
  jobPath,
} from "./job-cells";

const columns: ColumnDef<Job>[] = [
  {
    id: "name",
    header: "Job",
    accessorFn: (job) => job.name,
    cell: (c) => <JobName job={c.row.original} />,
  },
  {
    id: "state",
    header: "State",
    accessorFn: (job) => job.state,
    cell: (c) => <JobStateCell job={c.row.original} />,
  },
  {
    id: "rate",
    header: "Records",
    enableSorting: false,
    meta: { align: "end" },
    cell: (c) => <JobRate job={c.row.original} />,
  },
  {
    id: "load",
    header: "Load of its tasks",
    enableSorting: false,
    cell: (c) => <JobLoadCell job={c.row.original} />,
  },
  {
    id: "checkpoint",
    header: "Last checkpoint",
    enableSorting: false,
    cell: (c) => <CheckpointAge job={c.row.original} />,
  },
  {
    id: "tasks",
    header: "Tasks",
    accessorFn: (job) => job.tasks.total,
    cell: (c) => <TaskCounts counts={c.row.original.tasks} />,
  },
  { id: "restarts", header: "Restarts", accessorFn: (job) => job.restarts, meta: { align: "end" } },
  {
    id: "start",
    header: "Started",
    accessorFn: (job) => job["start-time"],
    cell: (c) => <TimeAgo time={c.row.original["start-time"]} />,
  },
  {
    id: "duration",
    header: "Duration",
    accessorFn: (job) => -job["start-time"],
    meta: { align: "end" },
    cell: (c) => <JobDuration job={c.row.original} />,
  },
];

export function RunningJobs({ jobs }: { jobs: Job[] }) {
  const [, navigate] = useLocation();
  return (
    <DataTable
      label="Running jobs"
      rows={jobs}
      columns={columns}
      rowId={(job) => job.jid}
      onOpen={(job) => navigate(jobPath(job.jid))}
      initialSort={[{ id: "start", desc: true }]}
      empty={<EmptyState title="No job is running" />}
    />
  );
}
