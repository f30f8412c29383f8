// Dialogs that say what a savepoint, a checkpoint or an end will do before it is asked for.

import { Checkbox, Stack, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { ConfirmDialog } from "@/components/confirm-dialog";
import type { JobDetail } from "../model/types";
import { cancelJob, stopJob, takeCheckpoint, takeSavepoint } from "../operations";

export interface DialogProps {
  job: JobDetail;
  opened: boolean;
  onClose: () => void;
}

interface DirectoryProps {
  value: string;
  onChange: (value: string) => void;
  description: string;
}

function Directory({ value, onChange, description }: DirectoryProps) {
  return (
    <TextInput
      label="Directory"
      description={description}
      placeholder="/path/to/savepoints"
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

export function SavepointDialog({ job, ...dialog }: DialogProps) {
  const [directory, setDirectory] = useState("");
  return (
    <ConfirmDialog
      {...dialog}
      title="Take a savepoint"
      action="Take savepoint"
      onConfirm={() => takeSavepoint(job.jid, directory.trim())}
    >
      <Stack>
        <Text size="sm">
          A checkpoint of “{job.name}” that is yours: it is kept until you delete it, and any
          parallelism can start from it. The job runs on meanwhile.
        </Text>
        <Directory
          value={directory}
          onChange={setDirectory}
          description="Empty: the directory configured as execution.checkpointing.savepoint-dir."
        />
      </Stack>
    </ConfirmDialog>
  );
}

export function CheckpointDialog({ job, ...dialog }: DialogProps) {
  return (
    <ConfirmDialog
      {...dialog}
      title="Take a checkpoint"
      action="Take checkpoint"
      onConfirm={() => takeCheckpoint(job.jid)}
    >
      <Text size="sm">
        A checkpoint of “{job.name}” is taken now instead of at its next time, and deleted like any
        other when newer ones have replaced it. The job runs on meanwhile.
      </Text>
    </ConfirmDialog>
  );
}

export function StopDialog({ job, ...dialog }: DialogProps) {
  const [directory, setDirectory] = useState("");
  const [drain, setDrain] = useState(false);
  return (
    <ConfirmDialog
      {...dialog}
      title={`Stop ${job.name}`}
      action="Stop the job"
      danger
      onConfirm={() => stopJob(job.jid, directory.trim(), drain)}
    >
      <Stack>
        <Text size="sm">
          Sources stop reading, one last checkpoint is taken, and all results up to it are
          committed. Then the job is FINISHED. It can go on later from the savepoint.
        </Text>
        <Directory
          value={directory}
          onChange={setDirectory}
          description="Where a savepoint is left. Empty: the configured directory; where none is configured, no savepoint."
        />
        <Checkbox
          checked={drain}
          onChange={(event) => setDrain(event.currentTarget.checked)}
          label="Drain"
          description="Lets out what windows and timers hold, as if the input had ended. Only for jobs that will not go on: what was let out too early comes again after a restore."
        />
      </Stack>
    </ConfirmDialog>
  );
}

export function CancelDialog({ job, ...dialog }: DialogProps) {
  return (
    <ConfirmDialog
      {...dialog}
      title={`Cancel ${job.name}`}
      action="Cancel the job"
      danger
      onConfirm={() => cancelJob(job.jid)}
    >
      <Text size="sm">
        All tasks end at once. What has come in since the last checkpoint is not committed, and
        checkpoints are deleted unless the job is configured to keep them. “Stop” ends it in order
        instead.
      </Text>
    </ConfirmDialog>
  );
}
