import { useQuery } from "@tanstack/react-query";
import { createColumnHelper } from "@tanstack/react-table";
import type { components } from "@/api/schema";
import { DataTable } from "@/components/data-table";
import { EmptyState } from "@/components/empty-state";
import { JobQueryView } from "../parts/job-query-view";
import { accumulatorsQuery } from "../queries";
import type { VertexTabProps } from "./vertex-drawer";

const column = createColumnHelper<components["schemas"]["Accumulator"]>();
const columns = [
  column.accessor("name", { header: "Name", meta: { wrap: true } }),
  column.accessor("type", { header: "Type" }),
  column.accessor("value", { header: "Value", meta: { wrap: true } }),
];

export function AccumulatorsTab({ job, vertex }: VertexTabProps) {
  const query = useQuery(accumulatorsQuery(job.jid, vertex.id));
  return (
    <JobQueryView query={query} error="The accumulators could not be read">
      {(data) => (
        <DataTable
          label="Accumulators"
          rows={data["user-accumulators"]}
          columns={columns}
          rowId={(row) => row.name}
          empty={
            <EmptyState title="No accumulators">
              The operators of this task count nothing of their own.
            </EmptyState>
          }
        />
      )}
    </JobQueryView>
  );
}
