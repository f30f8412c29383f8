import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Card } from "@/components/card";
import { KeyValueTable } from "@/components/key-value-table";
import { StateBadge } from "@/components/state-badge";
import { PHASES, type PhaseName } from "../model/checkpoint-phases";
import type { JobDetail } from "../model/types";
import { CopyId } from "../parts/copy-id";
import { JobQueryView } from "../parts/job-query-view";
import { Bytes, Duration, Time } from "../parts/quantity";
import { checkpointQuery } from "../queries";
import { CheckpointVertex } from "./checkpoint-vertex";
import { type Checkpoint, typeOf } from "./checkpoint-words";
import classes from "./phases.module.css";

function Facts({ checkpoint }: { checkpoint: Checkpoint }) {
  return (
    <KeyValueTable
      entries={
        [
          ["Kind", typeOf(checkpoint)],
          ["Triggered", <Time key="trigger" value={checkpoint.trigger_timestamp} />],
          ["Last acknowledgement", <Time key="ack" value={checkpoint.latest_ack_timestamp} />],
          ["Took", <Duration key="took" value={checkpoint.end_to_end_duration} />],
          [
            "Acknowledged",
            `${checkpoint.num_acknowledged_subtasks} of ${checkpoint.num_subtasks} subtasks`,
          ],
          ["Written for it", <Bytes key="new" value={checkpoint.checkpointed_size} />],
          ["State in all", <Bytes key="state" value={checkpoint.state_size} />],
          ...(checkpoint.external_path
            ? [["Path", <CopyId key="path" label="path" value={checkpoint.external_path} />]]
            : []),
          ...(checkpoint.failure_message ? [["Why it failed", checkpoint.failure_message]] : []),
        ] as [string, React.ReactNode][]
      }
    />
  );
}

function PhaseLegend() {
  return (
    <ul className={classes.legend} aria-label="Phases">
      {(Object.keys(PHASES) as PhaseName[]).map((name) => (
        <li key={name} title={PHASES[name].meaning}>
          <span className={classes.swatch} data-phase={name} />
          {PHASES[name].label}
        </li>
      ))}
    </ul>
  );
}

interface Props {
  job: JobDetail;
  id: number;
}

/** One checkpoint, subtask by subtask: where its time went. */
export function CheckpointDetail({ job, id }: Props) {
  const query = useQuery(checkpointQuery(job.jid, id));
  const [open, setOpen] = useState<string | null>(null);
  return (
    <JobQueryView query={query} error={`Checkpoint ${id} could not be read`}>
      {(checkpoint) => {
        const total = Math.max(1, checkpoint.end_to_end_duration);
        return (
          <>
            <Card title={`Checkpoint ${id}`} actions={<StateBadge state={checkpoint.status} />}>
              <Facts checkpoint={checkpoint} />
            </Card>
            <Card title="Where its time went" actions={<PhaseLegend />}>
              <p className={classes.quiet}>
                From the trigger, at the left, to the acknowledgement; of each task, its slowest
                subtask. Open a task for all of them.
              </p>
              {job.vertices
                .filter(({ id: vertex }) => checkpoint.tasks[vertex])
                .map((vertex) => (
                  <CheckpointVertex
                    key={vertex.id}
                    job={job.jid}
                    checkpoint={id}
                    vertex={vertex.id}
                    inProgress={checkpoint.status === "IN_PROGRESS"}
                    task={checkpoint.tasks[vertex.id]}
                    total={total}
                    opened={open === vertex.id}
                    onToggle={() => setOpen(open === vertex.id ? null : vertex.id)}
                  />
                ))}
            </Card>
          </>
        );
      }}
    </JobQueryView>
  );
}
