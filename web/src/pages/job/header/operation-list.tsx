// What the user has asked for and how far it is.

import { CloseButton, Loader } from "@mantine/core";
import { IconAlertTriangle, IconCheck } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { asApiError } from "@/api/error";
import type { components } from "@/api/schema";
import { formatDuration } from "@/format/times";
import { useNow } from "@/format/use-now";
import type { JobDetail } from "../model/types";
import { dismiss, type Operation, readOperation, useOperations } from "../operations";
import { Callout } from "../parts/callout";
import { CopyId } from "../parts/copy-id";

type Answer = components["schemas"]["SnapshotRequest"];

const going: Record<Operation["kind"], string> = {
  savepoint: "Taking a savepoint",
  checkpoint: "Taking a checkpoint",
  stop: "Stopping: the last checkpoint is taken, then all results are committed",
  rescale: "Rescaling",
};

const done: Record<Operation["kind"], string> = {
  savepoint: "Savepoint completed",
  checkpoint: "Checkpoint completed",
  stop: "The job has been stopped",
  rescale: "Rescaled",
};

const failed: Record<Operation["kind"], string> = {
  savepoint: "The savepoint was not taken",
  checkpoint: "The checkpoint was not taken",
  stop: "The job was not stopped",
  rescale: "The job was not rescaled",
};

function Going({ operation }: { operation: Operation }) {
  const now = useNow();
  const text =
    operation.kind === "rescale"
      ? `Rescaling to ${operation.parallelism}: a checkpoint is taken, then the job goes on from it`
      : going[operation.kind];
  return (
    <Callout tone="busy" icon={<Loader size={18} />} title={`${text} …`} live>
      {formatDuration(Math.max(0, now - operation.since))}
    </Callout>
  );
}

interface DoneProps {
  operation: Operation;
  location?: string;
  note?: string;
}

function Done({ operation, location, note }: DoneProps) {
  return (
    <Callout
      tone="good"
      icon={<IconCheck size={20} />}
      title={done[operation.kind]}
      actions={<Dismiss operation={operation} />}
      live
    >
      {location ? <CopyId label="path" value={location} /> : note}
    </Callout>
  );
}

function Failed({ operation, message, hint }: DoneProps & { message: string; hint?: string }) {
  return (
    <Callout
      tone="bad"
      icon={<IconAlertTriangle size={20} />}
      title={failed[operation.kind]}
      actions={<Dismiss operation={operation} />}
      live
    >
      {message}
      {hint && (
        <>
          <br />
          <strong>What to do:</strong> {hint}
        </>
      )}
    </Callout>
  );
}

function Dismiss({ operation }: { operation: Operation }) {
  return <CloseButton aria-label="Dismiss" onClick={() => dismiss(operation.id)} />;
}

function Snapshot({ operation }: { operation: Operation }) {
  const query = useQuery({
    queryKey: ["operation", operation.id],
    queryFn: ({ signal }) => readOperation(operation, signal),
    refetchInterval: ({ state }) =>
      state.error || state.data?.status.id === "COMPLETED" ? false : 500,
  });
  if (query.error) {
    const { message, hint } = asApiError(query.error);
    return <Failed operation={operation} message={message} hint={hint} />;
  }
  const answer: Answer | undefined = query.data;
  if (answer?.status.id !== "COMPLETED") return <Going operation={operation} />;
  const cause = answer.operation?.["failure-cause"];
  if (cause) return <Failed operation={operation} message={cause.message} hint={cause.hint} />;
  const checkpoint = answer.operation?.checkpointId;
  return (
    <Done
      operation={operation}
      location={answer.operation?.location}
      note={checkpoint === undefined ? undefined : `It is checkpoint ${checkpoint}.`}
    />
  );
}

function RescaleProgress({ operation, job }: { operation: Operation; job: JobDetail }) {
  const rescale = job.rescale;
  if (!rescale || rescale.parallelism !== operation.parallelism) {
    return <Going operation={operation} />;
  }
  switch (rescale.status) {
    case "IN_PROGRESS":
      return <Going operation={operation} />;
    case "GIVEN_UP":
      return <Failed operation={operation} message={rescale.reason} />;
    case "UNCHANGED":
      return (
        <Done operation={operation} note={`It had a parallelism of ${rescale.parallelism}.`} />
      );
    default:
      if (job.state !== "RUNNING") return <Going operation={operation} />;
      return <Done operation={operation} note={`The parallelism is ${rescale.parallelism} now.`} />;
  }
}

export function OperationList({ job }: { job: JobDetail }) {
  const operations = useOperations().filter((operation) => operation.job === job.jid);
  return operations.map((operation) =>
    operation.kind === "rescale" ? (
      <RescaleProgress key={operation.id} operation={operation} job={job} />
    ) : (
      <Snapshot key={operation.id} operation={operation} />
    ),
  );
}
