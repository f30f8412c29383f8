import { useQuery } from "@tanstack/react-query";
import type { ColumnDef } from "@tanstack/react-table";
import { useLocation } from "wouter";
import { workersQuery } from "@/api/cluster";
import { Card } from "@/components/card";
import { CodeView } from "@/components/code-view";
import { DataTable } from "@/components/data-table";
import { EmptyState } from "@/components/empty-state";
import { Page } from "@/components/page";
import { QueryView } from "@/components/query-view";
import { TimeAgo } from "@/components/time-ago";
import { BytesOf, type Worker, WorkerName, workerPath } from "./worker-cells";

const columns: ColumnDef<Worker>[] = [
  {
    id: "worker",
    header: "Worker",
    accessorFn: (worker) => `${worker.path} ${worker.id}`,
    cell: ({ row }) => <WorkerName worker={row.original} />,
  },
  { id: "pid", header: "Process", accessorFn: (worker) => worker.pid, meta: { align: "end" } },
  {
    id: "heartbeat",
    header: "Last heartbeat",
    accessorFn: (worker) => worker.timeSinceLastHeartbeat,
    cell: ({ row }) => <TimeAgo time={row.original.timeSinceLastHeartbeat} />,
  },
  {
    id: "slots",
    header: "Slots",
    accessorFn: (worker) => worker.slotsNumber,
    meta: { align: "end" },
  },
  {
    id: "free",
    header: "Free slots",
    accessorFn: (worker) => worker.freeSlots,
    meta: { align: "end" },
  },
  {
    id: "cores",
    header: "CPU cores",
    accessorFn: (worker) => worker.hardware.cpuCores,
    meta: { align: "end" },
  },
  {
    id: "memory",
    header: "Memory",
    accessorFn: (worker) => worker.residentBytes,
    meta: { align: "end" },
    cell: ({ row: { original } }) => (
      <BytesOf used={original.residentBytes} total={original.memory} />
    ),
  },
  {
    id: "state",
    header: "State",
    accessorFn: (worker) => worker.memoryBreakdown.state.used,
    meta: { align: "end" },
    cell: ({ row: { original } }) => (
      <BytesOf
        used={original.memoryBreakdown.state.used}
        total={original.memoryBreakdown.state.share}
      />
    ),
  },
  {
    id: "exchange",
    header: "Exchange",
    accessorFn: (worker) => worker.memoryBreakdown.exchange.used,
    meta: { align: "end" },
    cell: ({ row: { original } }) => (
      <BytesOf
        used={original.memoryBreakdown.exchange.used}
        total={original.memoryBreakdown.exchange.share}
      />
    ),
  },
];

export function WorkersPage() {
  const query = useQuery({ ...workersQuery, refetchInterval: 2000 });
  const [, navigate] = useLocation();
  return (
    <Page
      title="Workers"
      note="Each runs the tasks of jobs in its slots. Flink calls them Task Managers."
    >
      <Card>
        <QueryView query={query} error="The workers could not be read">
          {(workers) => (
            <DataTable
              label="Workers"
              rows={workers}
              columns={columns}
              rowId={(worker) => worker.id}
              onOpen={(worker) => navigate(workerPath(worker.id))}
              empty={<NoWorkers />}
            />
          )}
        </QueryView>
      </Card>
    </Page>
  );
}

function NoWorkers() {
  return (
    <EmptyState title="No worker is registered: jobs cannot run">
      <CodeView
        label="The command that starts a worker"
        code="penstock cluster start --workers 2"
      />
    </EmptyState>
  );
}
