import { TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import type { ColumnDef } from "@tanstack/react-table";
import { useState } from "react";
import type { Schemas } from "@/api/client";
import { Card } from "@/components/card";
import { DataTable } from "@/components/data-table";
import { EmptyState } from "@/components/empty-state";
import { QueryView } from "@/components/query-view";
import { formatMetric } from "./metric-value";
import { metricsQuery, type Process } from "./process";

type Metric = Schemas["Metrics"][number];

const columns: ColumnDef<Metric>[] = [
  { id: "name", header: "Metric", accessorFn: (metric) => metric.id },
  {
    id: "value",
    header: "Value",
    accessorFn: (metric) => Number(metric.value),
    meta: { align: "end" },
    cell: ({ row }) => (
      <span title={row.original.value}>{formatMetric(row.original.id, row.original.value)}</span>
    ),
  },
];

export function MetricsPanel({ process }: { process: Process }) {
  const [text, setText] = useState("");
  const query = useQuery(metricsQuery(process));
  const search = (
    <TextInput
      aria-label="Find metrics"
      placeholder="Name"
      leftSection={<IconSearch size={14} />}
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
    />
  );
  return (
    <Card title="Metrics" actions={search}>
      <QueryView query={query} error="The metrics could not be read">
        {(metrics) => (
          <DataTable
            label="Metrics"
            rows={metrics.filter((m) => m.id.toLowerCase().includes(text.toLowerCase()))}
            columns={columns}
            rowId={(metric) => metric.id}
            initialSort={[{ id: "name", desc: false }]}
            empty={<EmptyState title={text ? "No metric has that in its name" : "No metrics"} />}
          />
        )}
      </QueryView>
    </Card>
  );
}
