import { Button, Group, SegmentedControl, Select, TextInput } from "@mantine/core";
import { IconRefresh } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { createColumnHelper } from "@tanstack/react-table";
import { useMemo, useState } from "react";
import { DataTable } from "@/components/data-table";
import { EmptyState } from "@/components/empty-state";
import { TimeAgo } from "@/components/time-ago";
import { formatPercent } from "@/format/numbers";
import { type FlameNode, type HotFunction, hotFunctions } from "../model/flame";
import { JobQueryView } from "../parts/job-query-view";
import { type FlameGraphType, flameGraphQuery } from "../queries";
import { FlameGraph } from "./flame-graph";
import classes from "./flame-graph-tab.module.css";
import type { VertexTabProps } from "./vertex-drawer";

const types = [
  { value: "on_cpu", label: "On CPU" },
  { value: "off_cpu", label: "Waiting" },
  { value: "full", label: "Both" },
];

const column = createColumnHelper<HotFunction & { all: number }>();
const end = { align: "end" as const };
const columns = [
  column.accessor("name", {
    header: "Function",
    meta: { wrap: true },
    cell: ({ getValue }) => <code className={classes.function}>{getValue()}</code>,
  }),
  column.accessor("self", {
    header: "Itself",
    meta: end,
    cell: ({ row: { original } }) => formatPercent(original.self / original.all),
  }),
  column.accessor("total", {
    header: "With what it calls",
    meta: end,
    cell: ({ row: { original } }) => formatPercent(original.total / original.all),
  }),
];

function HotFunctions({ data }: { data: FlameNode }) {
  const rows = useMemo(
    () => hotFunctions(data).map((row) => ({ ...row, all: Math.max(1, data.value) })),
    [data],
  );
  return (
    <DataTable
      label="Functions, hottest first"
      rows={rows}
      columns={columns}
      rowId={(row) => row.name}
      maxHeight="24rem"
    />
  );
}

/** Which code the task's threads run; sampled when it is asked for. */
export function FlameGraphTab({ job, vertex }: VertexTabProps) {
  const [type, setType] = useState<FlameGraphType>("on_cpu");
  const [subtask, setSubtask] = useState<string | null>(null);
  const [wanted, setWanted] = useState("");
  const query = useQuery(
    flameGraphQuery(job.jid, vertex.id, type, subtask === null ? null : Number(subtask)),
  );
  const subtasks = useMemo(
    () => Array.from({ length: vertex.parallelism }, (_, index) => String(index)),
    [vertex.parallelism],
  );
  return (
    <>
      <Group>
        <SegmentedControl
          size="xs"
          aria-label="What is sampled"
          data={types}
          value={type}
          onChange={(value) => setType(value as FlameGraphType)}
        />
        <Select
          size="xs"
          w="9rem"
          aria-label="Subtask"
          placeholder="all subtasks"
          data={subtasks}
          value={subtask}
          onChange={setSubtask}
          clearable
          searchable
        />
        <TextInput
          size="xs"
          aria-label="Find a function"
          placeholder="Find a function"
          value={wanted}
          onChange={(event) => setWanted(event.currentTarget.value)}
        />
        <Button
          size="xs"
          variant="default"
          leftSection={<IconRefresh size={14} />}
          loading={query.isFetching}
          onClick={() => query.refetch()}
        >
          Sample again
        </Button>
        {query.data && (
          <span className={classes.quiet}>
            sampled <TimeAgo time={query.data.endTimestamp} />
          </span>
        )}
      </Group>
      <JobQueryView query={query} error="The task could not be sampled" lines={8}>
        {({ data }) =>
          data == null || data.value === 0 ? (
            <EmptyState title="No samples">
              {type === "on_cpu"
                ? "The task used no CPU while it was sampled."
                : "Its threads did not wait while it was sampled."}
            </EmptyState>
          ) : (
            <>
              <FlameGraph data={data} search={wanted} />
              <HotFunctions data={data} />
            </>
          )
        }
      </JobQueryView>
    </>
  );
}
