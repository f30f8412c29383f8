import type { ColumnDef } from "@tanstack/react-table";
import { useLocation } from "wouter";
import { DataTable } from "@/components/data-table";
import { EmptyState } from "@/components/empty-state";
import { TaskCounts } from "@/components/task-counts";
import { TimeAgo } from "@/components/time-ago";
import { type Job, JobDuration, JobName, JobStateCell, jobPath } from "./job-cells";

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
    id: "end",
    header: "Ended",
    accessorFn: (job) => job["end-time"],
    cell: (c) => <TimeAgo time={c.row.original["end-time"]} />,
  },
  {
    id: "start",
    header: "Started",
    accessorFn: (job) => job["start-time"],
    cell: (c) => <TimeAgo time={c.row.original["start-time"]} />,
  },
  {
    id: "duration",
    header: "Duration",
    accessorFn: (job) => job.duration,
    meta: { align: "end" },
    cell: (c) => <JobDuration job={c.row.original} />,
  },
  {
    id: "tasks",
    header: "Tasks",
    accessorFn: (job) => job.tasks.total,
    cell: (c) => <TaskCounts counts={c.row.original.tasks} />,
  },
  { id: "restarts", header: "Restarts", accessorFn: (job) => job.restarts, meta: { align: "end" } },
];

/** Those that have ended: finished, cancelled or failed. */
export function CompletedJobs({ jobs }: { jobs: Job[] }) {
  const [, navigate] = useLocation();
  return (
    <DataTable
      label="Completed jobs"
      rows={jobs}
      columns={columns}
      rowId={(job) => job.jid}
      onOpen={(job) => navigate(jobPath(job.jid))}
      initialSort={[{ id: "end", desc: true }]}
      empty={<EmptyState title="No job has ended yet" />}
    />
  );
}
