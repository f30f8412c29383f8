// All pages of one job: what they share stands above the tabs. Addresses are in addresses.ts.

import { IconGhost2 } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, Redirect, Route, Switch, useLocation, useParams } from "wouter";
import { useJobChanges } from "@/api/changes";
import { EmptyState } from "@/components/empty-state";
import { Page } from "@/components/page";
import { QueryView } from "@/components/query-view";
import { StateBadge } from "@/components/state-badge";
import { jobPath } from "./addresses";
import { CheckpointsPage } from "./checkpoints/checkpoints-page";
import { ConfigurationPage } from "./configuration-page";
import { EventsPage } from "./events-page";
import { ExceptionsPage } from "./exceptions-page";
import { GraphPage } from "./graph/graph-page";
import { JobActions } from "./header/job-actions";
import { JobFacts } from "./header/job-facts";
import { JobNotices } from "./header/job-notices";
import type { JobDetail } from "./model/types";
import { TabLinks } from "./parts/tab-links";
import { exceptionsQuery, isAbsent, jobQuery } from "./queries";
import { TimelinePage } from "./timeline/timeline-page";

const tabs = [
  ["graph", "Graph"],
  ["checkpoints", "Checkpoints"],
  ["exceptions", "Exceptions"],
  ["timeline", "Timeline"],
  ["events", "Events"],
  ["configuration", "Configuration"],
] as const;

function Tabs({ job }: { job: string }) {
  const part = useLocation()[0].split("/")[3] ?? "graph";
  const { data: exceptions } = useQuery(exceptionsQuery(job));
  const failures = exceptions?.exceptionHistory.entries.length;
  return (
    <TabLinks
      label="Pages of the job"
      current={tabs.some(([id]) => id === part) ? part : "graph"}
      tabs={tabs.map(([id, label]) => ({
        id,
        label,
        href: id === "graph" ? jobPath(job) : jobPath(job, id),
        ...(id === "exceptions" && failures ? { count: failures } : {}),
      }))}
    />
  );
}

function Pages({ job }: { job: JobDetail }) {
  return (
    <Switch>
      <Route path="/jobs/:job/checkpoints/:view?">
        {({ view }) => <CheckpointsPage job={job} view={view} />}
      </Route>
      <Route path="/jobs/:job/exceptions">
        <ExceptionsPage job={job} />
      </Route>
      <Route path="/jobs/:job/timeline">
        <TimelinePage job={job} />
      </Route>
      <Route path="/jobs/:job/events">
        <EventsPage job={job} />
      </Route>
      <Route path="/jobs/:job/configuration">
        <ConfigurationPage job={job} />
      </Route>
      <Route path="/jobs/:job/vertices/:vertex/:tab?">
        {({ vertex, tab }) => <GraphPage job={job} vertex={vertex} tab={tab} />}
      </Route>
      <Route path="/jobs/:job">
        <GraphPage job={job} />
      </Route>
      <Route>
        <Redirect to={jobPath(job.jid)} replace />
      </Route>
    </Switch>
  );
}

function UnknownJob({ job }: { job: string }) {
  return (
    <EmptyState title="There is no such job" icon={<IconGhost2 size={32} />}>
      The coordinator knows no job {job}. <Link href="/jobs">All jobs</Link>
    </EmptyState>
  );
}

export function JobPage() {
  const { job } = useParams<{ job: string }>();
  useJobChanges(job);
  const query = useQuery(jobQuery(job));
  if (query.data === undefined && isAbsent(query.error)) return <UnknownJob job={job} />;
  return (
    <QueryView query={query} error="The job could not be read" lines={8}>
      {(detail) => (
        <Page
          title={detail.name}
          badge={<StateBadge state={detail.state} />}
          actions={<JobActions job={detail} />}
        >
          <JobFacts job={detail} />
          <JobNotices job={detail} />
          <Tabs job={job} />
          <Pages job={detail} />
        </Page>
      )}
    </QueryView>
  );
}
