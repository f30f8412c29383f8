import { Button, Group, Select, Text } from "@mantine/core";
import { IconPlayerPlay, IconPlayerStop } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { createColumnHelper } from "@tanstack/react-table";
import { useMemo, useState } from "react";
import { DataTable } from "@/components/data-table";
import { formatExact } from "@/format/numbers";
import { escapeControls } from "@/format/text";
import { operatorUids } from "../model/metrics";
import type { Tail, TailRecord } from "../model/tail";
import { Callout } from "../parts/callout";
import { Time } from "../parts/quantity";
import { metricNamesQuery } from "../queries";
import classes from "./tail-tab.module.css";
import { type TailState, useTail } from "./use-tail";
import type { VertexTabProps } from "./vertex-drawer";

const column = createColumnHelper<TailRecord>();
const columns = [
  column.accessor("number", { header: "#", meta: { align: "end" } }),
  column.accessor("subtask", { header: "Subtask", meta: { align: "end" } }),
  column.accessor("operator", { header: "Operator" }),
  column.accessor("timestamp", {
    header: "Time",
    cell: ({ getValue }) => <Time value={getValue()} />,
  }),
  column.accessor("record", {
    header: "Record",
    meta: { wrap: true },
    cell: ({ getValue }) => <code className={classes.record}>{escapeControls(getValue())}</code>,
  }),
];

function Summary({ tail, state }: { tail: Tail; state: TailState }) {
  if (state.kind === "off" && tail.seen === 0) {
    return (
      <Text size="sm" c="dimmed">
        Off. While it is on, up to 50 records in a second that leave the operator are shown; it ends
        when you leave, and costs the job nothing when it is off.
      </Text>
    );
  }
  return (
    <Text size="sm" role="status">
      {formatExact(tail.seen)} shown, {formatExact(tail.dropped)} passed unseen
      {state.kind === "on" && tail.seen === 0 && " – waiting for records"}
    </Text>
  );
}

export function TailTab({ job, vertex }: VertexTabProps) {
  const names = useQuery(metricNamesQuery(job.jid, vertex.id));
  const operators = useMemo(
    () => operatorUids((names.data ?? []).map(({ id }) => id)),
    [names.data],
  );
  const [operator, setOperator] = useState<string | null>(null);
  const { tail, state, start, stop } = useTail(job.jid, vertex.id);
  const rows = useMemo(() => [...tail.records].reverse(), [tail.records]);
  const on = state.kind === "on";
  return (
    <>
      <Group align="flex-end">
        <Select
          label="Records that leave"
          placeholder="the last operator of the task"
          size="sm"
          clearable
          disabled={on}
          data={operators}
          value={operator}
          onChange={setOperator}
        />
        {on ? (
          <Button variant="default" leftSection={<IconPlayerStop size={16} />} onClick={stop}>
            Stop
          </Button>
        ) : (
          <Button
            leftSection={<IconPlayerPlay size={16} />}
            disabled={vertex.status !== "RUNNING"}
            onClick={() => start(operator)}
          >
            Show records
          </Button>
        )}
      </Group>
      {state.kind === "failed" && (
        <Callout tone="bad" title="The records cannot be shown">
          {state.message}
        </Callout>
      )}
      <Summary tail={tail} state={state} />
      {rows.length > 0 && (
        <DataTable
          label="Records, newest first"
          rows={rows}
          columns={columns}
          rowId={(row) => String(row.number)}
          maxHeight="calc(100dvh - 18rem)"
        />
      )}
    </>
  );
}
