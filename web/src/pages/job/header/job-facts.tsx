import type { ReactNode } from "react";
import { TimeAgo } from "@/components/time-ago";
import { shortId } from "@/format/text";
import { formatExactTime } from "@/format/times";
import { useNow } from "@/format/use-now";
import { isEnded } from "@/theme/states";
import type { JobDetail } from "../model/types";
import { CopyId } from "../parts/copy-id";
import { Duration } from "../parts/quantity";
import classes from "./job-facts.module.css";

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className={classes.fact}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** Goes on with the clock between two answers. */
function Running({ job }: { job: JobDetail }) {
  const now = useNow();
  if (isEnded(job.state)) return <Duration value={job.duration} />;
  return <Duration value={Math.max(job.duration, now - job["start-time"])} />;
}

export function JobFacts({ job }: { job: JobDetail }) {
  return (
    <dl className={classes.facts}>
      <Fact name="Id">
        <CopyId label="job id" value={job.jid} short={shortId(job.jid)} />
      </Fact>
      <Fact name="Started">
        <TimeAgo time={job["start-time"]} />
      </Fact>
      {job["end-time"] > 0 && (
        <Fact name="Ended">
          <span title={formatExactTime(job["end-time"])}>
            <TimeAgo time={job["end-time"]} />
          </span>
        </Fact>
      )}
      <Fact name={isEnded(job.state) ? "Duration" : "Running for"}>
        <Running job={job} />
      </Fact>
      {job.guarantee && <Fact name="Guarantee">{job.guarantee}</Fact>}
      {job.restarts !== undefined && <Fact name="Restarts">{job.restarts}</Fact>}
      {job.generation !== undefined && <Fact name="Attempt">{job.generation}</Fact>}
    </dl>
  );
}
