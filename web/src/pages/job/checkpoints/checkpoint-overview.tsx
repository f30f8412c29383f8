import { Button } from "@mantine/core";
import { IconCamera } from "@tabler/icons-react";
import { type ReactNode, useState } from "react";
import { Link } from "wouter";
import { Card } from "@/components/card";
import { KeyValueTable } from "@/components/key-value-table";
import { Stat, Stats } from "@/components/stat";
import { StateBadge } from "@/components/state-badge";
import { TimeAgo } from "@/components/time-ago";
import { formatExact } from "@/format/numbers";
import { jobPath } from "../addresses";
import { CheckpointDialog } from "../header/snapshot-dialogs";
import { CopyId } from "../parts/copy-id";
import { Bytes, Duration, Time } from "../parts/quantity";
import { type Checkpoint, type CheckpointsProps, typeOf } from "./checkpoint-words";
import classes from "./checkpoints.module.css";

function Latest({ title, none, job, checkpoint }: LatestProps) {
  if (!checkpoint) {
    return (
      <Card title={title}>
        <p className={classes.quiet}>{none}</p>
      </Card>
    );
  }
  const entries: [string, ReactNode][] = [
    [
      "Number",
      <Link key="id" href={jobPath(job, "checkpoints", checkpoint.id)} className={classes.link}>
        {checkpoint.id}
      </Link>,
    ],
    ["Triggered", <TimeAgo key="trigger" time={checkpoint.trigger_timestamp} />],
    ["Took", <Duration key="took" value={checkpoint.end_to_end_duration} />],
    ["Written for it", <Bytes key="new" value={checkpoint.checkpointed_size} />],
    ["State in all", <Bytes key="state" value={checkpoint.state_size} />],
  ];
  if (checkpoint.external_path) {
    entries.push(["Path", <CopyId key="path" label="path" value={checkpoint.external_path} />]);
  }
  if (checkpoint.failure_message) entries.push(["Why", checkpoint.failure_message]);
  return (
    <Card title={title} actions={<StateBadge state={checkpoint.status} />}>
      <KeyValueTable entries={entries} />
    </Card>
  );
}

interface LatestProps {
  title: string;
  none: string;
  job: string;
  checkpoint: Checkpoint | null;
}

function Restored({ checkpoints }: Pick<CheckpointsProps, "checkpoints">) {
  const { restored } = checkpoints.latest;
  return (
    <Card title="Restored from">
      {restored ? (
        <KeyValueTable
          entries={[
            ["Number", restored.id],
            ["Kind", restored.is_savepoint ? "savepoint" : "checkpoint"],
            ["Restored", <TimeAgo key="time" time={restored.restore_timestamp} />],
            ["At", <Time key="at" value={restored.restore_timestamp} />],
            ["Path", <CopyId key="path" label="path" value={restored.external_path} />],
          ]}
        />
      ) : (
        <p className={classes.quiet}>The job has started with empty state.</p>
      )}
    </Card>
  );
}

export function CheckpointOverview({ job, checkpoints }: CheckpointsProps) {
  const [asking, setAsking] = useState(false);
  const { counts, latest } = checkpoints;
  const current = checkpoints.history.find(({ status }) => status === "IN_PROGRESS");
  return (
    <>
      <Card
        title="Checkpoints"
        actions={
          <Button
            size="xs"
            variant="default"
            leftSection={<IconCamera size={14} />}
            disabled={job.state !== "RUNNING"}
            onClick={() => setAsking(true)}
          >
            Take one now
          </Button>
        }
      >
        <Stats>
          <Stat label="Completed" value={formatExact(counts.completed)} />
          <Stat label="Failed" value={formatExact(counts.failed)} />
          <Stat
            label="In progress"
            value={formatExact(counts.in_progress)}
            note={
              current && `${current.num_acknowledged_subtasks} of ${current.num_subtasks} subtasks`
            }
          />
          <Stat label="Restored" value={formatExact(counts.restored)} />
          <Stat
            label="Last one completed"
            value={<TimeAgo time={latest.completed?.latest_ack_timestamp} />}
            note={latest.completed && typeOf(latest.completed)}
          />
        </Stats>
      </Card>
      <div className={classes.cards}>
        <Latest
          title="Latest completed"
          none="None has been completed yet."
          job={job.jid}
          checkpoint={latest.completed}
        />
        <Latest
          title="Latest failed"
          none="None has failed."
          job={job.jid}
          checkpoint={latest.failed}
        />
        <Latest
          title="Latest savepoint"
          none="None has been taken."
          job={job.jid}
          checkpoint={latest.savepoint}
        />
        <Restored checkpoints={checkpoints} />
      </div>
      <CheckpointDialog job={job} opened={asking} onClose={() => setAsking(false)} />
    </>
  );
}
