import { Anchor } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ColumnDef } from "@tanstack/react-table";
import { Link, useLocation } from "wouter";
import type { Schemas } from "@/api/client";
import { jobsQuery } from "@/api/cluster";
import { Card } from "@/components/card";
import { DataTable } from "@/components/data-table";
import { EmptyState } from "@/components/empty-state";
import { StateBadge } from "@/components/state-badge";
import { shortId } from "@/format/text";
import { jobPath } from "@/pages/jobs/job-cells";

interface Host {
  job: string;
  name: string;
  state: string | null;
  slots: number;
}

/** The jobs that have slots on a worker; each has a task host, a process of its own, there. */
export function hostsOf(
  slots: { jobId: string }[],
  jobs: Pick<Schemas["JobOverview"], "jid" | "name" | "state">[],
): Host[] {
  const counts = new Map<string, number>();
  for (const { jobId } of slots) counts.set(jobId, (counts.get(jobId) ?? 0) + 1);
  return [...counts].map(([job, count]) => {
    const known = jobs.find((entry) => entry.jid === job);
    return { job, name: known?.name ?? shortId(job), state: known?.state ?? null, slots: count };
  });
}

const columns: ColumnDef<Host>[] = [
  {
    id: "job",
    header: "Job",
    accessorFn: (host) => host.name,
    cell: ({ row: { original } }) => (
      <Anchor component={Link} href={jobPath(original.job)} fw={600} size="sm" title={original.job}>
        {original.name}
      </Anchor>
    ),
  },
  {
    id: "state",
    header: "State",
    accessorFn: (host) => host.state,
    cell: ({ row }) => (row.original.state ? <StateBadge state={row.original.state} /> : "–"),
  },
  { id: "slots", header: "Slots here", accessorFn: (host) => host.slots, meta: { align: "end" } },
];

export function WorkerJobs({ worker }: { worker: Schemas["TaskManagerDetail"] }) {
  const jobs = useQuery(jobsQuery).data ?? [];
  const [, navigate] = useLocation();
  return (
    <Card title="Task hosts">
      <DataTable
        label="Task hosts"
        rows={hostsOf(worker.allocatedSlots ?? [], jobs)}
        columns={columns}
        rowId={(host) => host.job}
        onOpen={(host) => navigate(jobPath(host.job))}
        empty={<EmptyState title="No job has a slot on this worker" />}
      />
    </Card>
  );
}
