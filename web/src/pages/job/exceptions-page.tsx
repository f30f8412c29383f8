import { Accordion } from "@mantine/core";
import { IconCircleCheck } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import type { components } from "@/api/schema";
import { Card } from "@/components/card";
import { EmptyState } from "@/components/empty-state";
import { LogView } from "@/components/log-view";
import { TimeAgo } from "@/components/time-ago";
import { plural } from "@/format/numbers";
import { shortId } from "@/format/text";
import { formatTime } from "@/format/times";
import classes from "./exceptions-page.module.css";
import type { JobDetail } from "./model/types";
import { JobQueryView } from "./parts/job-query-view";
import { StackView } from "./parts/stack-view";
import { exceptionsQuery, jobLogQuery } from "./queries";

type Schemas = components["schemas"];
type Failure = Schemas["RootException"];

function Where({ failure }: { failure: Failure }) {
  const worker = failure.taskManagerId;
  return (
    <p className={classes.where}>
      <TimeAgo time={failure.timestamp} /> · {formatTime(failure.timestamp)}
      {failure.attempt != null && <> · attempt {failure.attempt + 1}</>}
      {failure.taskName && <> · task {failure.taskName}</>}
      {failure.operator && <> · operator {failure.operator}</>}
      {worker && (
        <>
          {" "}
          · worker{" "}
          <Link href={`/workers/${worker}`} title={worker} className={classes.link}>
            {failure.endpoint ? `${failure.endpoint} (${shortId(worker)})` : shortId(worker)}
          </Link>
        </>
      )}
    </p>
  );
}

function Cause({ failure }: { failure: Failure }) {
  const followed = failure.concurrentExceptions;
  return (
    <>
      <Where failure={failure} />
      <StackView text={failure.stacktrace || failure.exceptionName} />
      {failure.hint && (
        <p className={classes.hint}>
          <strong>What to do:</strong> {failure.hint}
        </p>
      )}
      {followed.length > 0 && (
        <details className={classes.followed}>
          <summary>
            {plural(followed.length, "other failure")} of this attempt, which followed from it
          </summary>
          <ul>
            {followed.map((other, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a list that only grows at its end
              <li key={index}>
                {other.taskName && <strong>{other.taskName}: </strong>}
                {other.exceptionName}
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

function Earlier({ failures, truncated }: { failures: Failure[]; truncated: boolean }) {
  return (
    <Card title="Earlier attempts">
      <Accordion multiple variant="separated">
        {failures.map((failure) => (
          <Accordion.Item key={failure.timestamp} value={String(failure.timestamp)}>
            <Accordion.Control>
              <span className={classes.time}>{formatTime(failure.timestamp)}</span>{" "}
              {failure.exceptionName}
            </Accordion.Control>
            <Accordion.Panel>
              <Cause failure={failure} />
            </Accordion.Panel>
          </Accordion.Item>
        ))}
      </Accordion>
      {truncated && <p className={classes.where}>Older ones are no longer remembered.</p>}
    </Card>
  );
}

function LastLines({ job }: { job: JobDetail }) {
  const query = useQuery(jobLogQuery(job.jid));
  return (
    <Card title="Log of the job and last lines of its task hosts">
      <JobQueryView query={query} error="The log could not be read">
        {(text) => (
          <LogView label="Log of the job" lines={text.trimEnd().split("\n")} height="20rem" />
        )}
      </JobQueryView>
    </Card>
  );
}

/** Why attempts of the job have ended; of each, what came first. */
export function ExceptionsPage({ job }: { job: JobDetail }) {
  const query = useQuery(exceptionsQuery(job.jid));
  return (
    <JobQueryView query={query} error="The failures could not be read">
      {({ exceptionHistory: { entries, truncated } }) => {
        const [newest, ...earlier] = entries;
        if (!newest) {
          return (
            <Card>
              <EmptyState
                title="No failures"
                icon={<IconCircleCheck size={32} color="var(--tone-good-mark)" />}
              >
                {job.state === "RUNNING"
                  ? "The job has run without a failure since it was submitted."
                  : "Nothing of this job has failed."}
              </EmptyState>
            </Card>
          );
        }
        return (
          <>
            <Card title={job.state === "FAILED" ? "Why the job has failed" : "The newest failure"}>
              <Cause failure={newest} />
            </Card>
            {earlier.length > 0 && <Earlier failures={earlier} truncated={truncated} />}
            <LastLines job={job} />
          </>
        );
      }}
    </JobQueryView>
  );
}
