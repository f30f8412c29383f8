import { IconChevronRight } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { createColumnHelper } from "@tanstack/react-table";
import { useMemo } from "react";
import type { components } from "@/api/schema";
import { DataTable } from "@/components/data-table";
import { longestPhase, PHASES, slowest } from "../model/checkpoint-phases";
import type { CheckpointSubtask } from "../model/types";
import { JobQueryView } from "../parts/job-query-view";
import { Bytes, Duration, Time } from "../parts/quantity";
import { checkpointVertexQuery } from "../queries";
import { PhaseBar } from "./phase-bar";
import classes from "./phases.module.css";
import { StatisticsTable } from "./statistics-table";

type Task = components["schemas"]["CheckpointTask"];
type Subtasks = components["schemas"]["CheckpointSubtasks"];

const column = createColumnHelper<CheckpointSubtask>();
const end = { align: "end" as const };

function durationColumn(
  id: string,
  header: string,
  value: (subtask: CheckpointSubtask) => number | undefined,
) {
  return column.accessor((subtask) => value(subtask) ?? -1, {
    id,
    header,
    meta: end,
    cell: ({ getValue }) => <Duration value={getValue()} />,
  });
}

const columnsOf = (total: number) => [
  column.accessor("index", { header: "#", meta: end }),
  column.display({
    id: "phases",
    header: "Phases",
    cell: ({ row }) => <PhaseBar subtask={row.original} total={total} />,
  }),
  durationColumn("took", "Took", (subtask) => subtask.end_to_end_duration),
  durationColumn("delay", "Start delay", (subtask) => subtask.start_delay),
  durationColumn("alignment", "Alignment", (subtask) => subtask.alignment?.duration),
  durationColumn("sync", "Sync", (subtask) => subtask.checkpoint?.sync),
  durationColumn("async", "Async", (subtask) => subtask.checkpoint?.async),
  column.accessor((subtask) => subtask.checkpointed_size ?? -1, {
    id: "written",
    header: "Written",
    meta: end,
    cell: ({ row }) => <Bytes value={row.original.checkpointed_size} />,
  }),
  column.accessor((subtask) => subtask.state_size ?? -1, {
    id: "state",
    header: "State",
    meta: end,
    cell: ({ row }) => <Bytes value={row.original.state_size} />,
  }),
  column.accessor((subtask) => subtask.ack_timestamp ?? -1, {
    id: "ack",
    header: "Acknowledged",
    cell: ({ row }) =>
      row.original.status === "completed" ? <Time value={row.original.ack_timestamp} /> : "not yet",
  }),
];

function Opened({ data, total }: { data: Subtasks; total: number }) {
  const columns = useMemo(() => columnsOf(total), [total]);
  const { summary } = data;
  return (
    <div className={classes.opened}>
      <DataTable
        label={`Subtasks of ${data.name}`}
        rows={data.subtasks as CheckpointSubtask[]}
        columns={columns}
        rowId={(subtask) => String(subtask.index)}
        maxHeight="30rem"
      />
      <StatisticsTable
        label={`Summary of ${data.name}`}
        rows={[
          { name: "Took", statistics: summary.end_to_end_duration, Value: Duration },
          { name: "Start delay", statistics: summary.start_delay, Value: Duration },
          { name: "Alignment", statistics: summary.alignment.duration, Value: Duration },
          { name: "Sync", statistics: summary.checkpoint_duration.sync, Value: Duration },
          { name: "Async", statistics: summary.checkpoint_duration.async, Value: Duration },
          { name: "Written", statistics: summary.checkpointed_size, Value: Bytes },
          { name: "State", statistics: summary.state_size, Value: Bytes },
        ]}
      />
    </div>
  );
}

interface Props {
  job: string;
  checkpoint: number;
  vertex: string;
  inProgress: boolean;
  task: Task | undefined;
  total: number;
  opened: boolean;
  onToggle: () => void;
}

export function CheckpointVertex(props: Props) {
  const { job, checkpoint, vertex, inProgress, task, total, opened, onToggle } = props;
  const query = useQuery({
    ...checkpointVertexQuery(job, checkpoint, vertex),
    enabled: task !== undefined && (opened || task.subtasks === undefined),
    staleTime: inProgress ? 0 : Number.POSITIVE_INFINITY,
  });
  if (!task) return null;
  const late = slowest((task.subtasks ?? query.data?.subtasks ?? []) as CheckpointSubtask[]);
  const longest = late && longestPhase(late);
  return (
    <div className={classes.vertex}>
      <button type="button" className={classes.row} aria-expanded={opened} onClick={onToggle}>
        <span className={classes.name}>
          <IconChevronRight
            size={16}
            className={classes.chevron}
            data-opened={opened || undefined}
            aria-hidden
          />
          {task.name}
        </span>
        <PhaseBar subtask={late} total={total} />
        <span className={classes.end}>
          <Duration value={task.end_to_end_duration} />
          {longest && ` · most ${PHASES[longest.name].label.toLowerCase()}`}
        </span>
        <span className={classes.end}>
          <Bytes value={task.checkpointed_size} />
        </span>
      </button>
      {opened && (
        <JobQueryView query={query} error="The subtasks could not be read">
          {(data) => <Opened data={data} total={total} />}
        </JobQueryView>
      )}
    </div>
  );
}
