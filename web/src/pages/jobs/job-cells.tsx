import { Anchor } from "@mantine/core";
import { Link } from "wouter";
import type { Schemas } from "@/api/client";
import { StateBadge } from "@/components/state-badge";
import { TimeAgo } from "@/components/time-ago";
import { formatExact, formatRate } from "@/format/numbers";
import { shortId } from "@/format/text";
import { formatDuration } from "@/format/times";
import { useNow } from "@/format/use-now";
import { isEnded } from "@/theme/states";
import classes from "./jobs.module.css";
import { LoadStrip } from "./load-strip";
import { useJobLoad, useLastCheckpoint } from "./use-job-load";

export type Job = Schemas["JobOverview"];

export const jobPath = (job: string): string => `/jobs/${job}`;

export function JobName({ job }: { job: Job }) {
  return (
    <>
      <Anchor component={Link} href={jobPath(job.jid)} fw={600} size="sm">
        {job.name}
      </Anchor>
      <div className={classes.id} title={job.jid}>
        {shortId(job.jid)}
      </div>
    </>
  );
}

export function JobStateCell({ job }: { job: Job }) {
  return (
    <>
      <StateBadge state={job.state} />
      {job["status-reason"] && <div className={classes.reason}>{job["status-reason"]}</div>}
    </>
  );
}

/** How long the job has run, going on while it does. */
export function JobDuration({ job }: { job: Job }) {
  const now = useNow();
  const millis = isEnded(job.state) ? job.duration : Math.max(0, now - job["start-time"]);
  return <span title={`${formatExact(millis)} ms`}>{formatDuration(millis)}</span>;
}

export function JobRate({ job }: { job: Job }) {
  const load = useJobLoad(job.jid);
  if (!load) return <span>–</span>;
  return (
    <span title={`${formatExact(load.recordsPerSecond)} records per second leave the sources`}>
      {formatRate(load.recordsPerSecond)}
    </span>
  );
}

export function JobLoadCell({ job }: { job: Job }) {
  const load = useJobLoad(job.jid);
  return load ? <LoadStrip load={load} /> : <span>–</span>;
}

export function CheckpointAge({ job }: { job: Job }) {
  const time = useLastCheckpoint(job.jid);
  return time === null ? (
    <span title="No checkpoint is complete yet">–</span>
  ) : (
    <TimeAgo time={time} />
  );
}
