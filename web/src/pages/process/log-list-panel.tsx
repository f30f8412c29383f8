import { Button } from "@mantine/core";
import { IconArrowLeft } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import type { ColumnDef } from "@tanstack/react-table";
import { useState } from "react";
import type { Schemas } from "@/api/client";
import { Card } from "@/components/card";
import { DataTable } from "@/components/data-table";
import { EmptyState } from "@/components/empty-state";
import { LogFile } from "@/components/log-file";
import { QueryView } from "@/components/query-view";
import { TimeAgo } from "@/components/time-ago";
import { formatBytes, formatExact } from "@/format/numbers";
import { logsQuery, type Process } from "./process";

type LogEntry = Schemas["Logs"]["logs"][number];

function columnsFor(open: (name: string) => void): ColumnDef<LogEntry>[] {
  return [
    {
      id: "name",
      header: "File",
      accessorFn: (log) => log.name,
      cell: ({ row }) => (
        <Button variant="subtle" size="compact-sm" onClick={() => open(row.original.name)}>
          {row.original.name}
        </Button>
      ),
    },
    {
      id: "size",
      header: "Size",
      accessorFn: (log) => log.size,
      meta: { align: "end" },
      cell: ({ row }) => (
        <span title={`${formatExact(row.original.size)} bytes`}>
          {formatBytes(row.original.size)}
        </span>
      ),
    },
    {
      id: "mtime",
      header: "Last written",
      accessorFn: (log) => log.mtime,
      cell: ({ row }) => <TimeAgo time={row.original.mtime} />,
    },
  ];
}

/** All log files of a process; one at a time is shown and followed. */
export function LogListPanel({ process }: { process: Process }) {
  const [opened, setOpened] = useState<string | null>(null);
  const query = useQuery(logsQuery(process));
  if (opened !== null) {
    const back = (
      <Button
        variant="default"
        size="xs"
        leftSection={<IconArrowLeft size={14} />}
        onClick={() => setOpened(null)}
      >
        All files
      </Button>
    );
    return (
      <Card title={opened} actions={back}>
        <LogFile path={`${process.path}/logs/${encodeURIComponent(opened)}`} label={opened} />
      </Card>
    );
  }
  return (
    <Card title="Log files">
      <QueryView query={query} error="The log files could not be listed">
        {(logs) => (
          <DataTable
            label="Log files"
            rows={logs}
            columns={columnsFor(setOpened)}
            rowId={(log) => log.name}
            onOpen={(log) => setOpened(log.name)}
            initialSort={[{ id: "mtime", desc: true }]}
            empty={<EmptyState title="No log files yet" />}
          />
        )}
      </QueryView>
    </Card>
  );
}
