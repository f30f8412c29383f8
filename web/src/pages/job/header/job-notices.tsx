// What is the matter with the job, above all of its pages.

import { Anchor } from "@mantine/core";
import { IconAlertTriangle, IconDeviceFloppy, IconHourglass } from "@tabler/icons-react";
import { Link } from "wouter";
import { jobPath } from "../addresses";
import type { JobDetail } from "../model/types";
import { useOperations } from "../operations";
import { Callout } from "../parts/callout";
import { CopyId } from "../parts/copy-id";
import { OperationList } from "./operation-list";

function Reason({ job }: { job: JobDetail }) {
  const reason = job["status-reason"];
  if (job.state === "FAILED") {
    return (
      <Callout
        tone="bad"
        icon={<IconAlertTriangle size={20} />}
        title="The job has failed"
        actions={
          <Anchor component={Link} href={jobPath(job.jid, "exceptions")} size="sm">
            What was the cause?
          </Anchor>
        }
      >
        {reason}
      </Callout>
    );
  }
  if (!reason) return null;
  const restarting = job.state === "RESTARTING" || job.state === "FAILING";
  return (
    <Callout
      tone="warn"
      icon={<IconHourglass size={20} />}
      title={restarting ? "The job is being restarted" : "The job waits"}
      live
    >
      {reason}
    </Callout>
  );
}

export function JobNotices({ job }: { job: JobDetail }) {
  const asked = useOperations().some(({ job: of, kind }) => of === job.jid && kind === "stop");
  return (
    <>
      <Reason job={job} />
      <OperationList job={job} />
      {job.savepoint && !asked && (
        <Callout
          tone="good"
          icon={<IconDeviceFloppy size={20} />}
          title="The job was stopped with a savepoint"
        >
          <CopyId label="path" value={job.savepoint} />
        </Callout>
      )}
    </>
  );
}
