import { useQuery } from "@tanstack/react-query";
import { jobsQuery, overviewQuery } from "@/api/cluster";
import { Card } from "@/components/card";
import { Page } from "@/components/page";
import { QueryView } from "@/components/query-view";
import { CompletedJobs } from "@/pages/jobs/completed-jobs";
import { RunningJobs } from "@/pages/jobs/running-jobs";
import { isEnded } from "@/theme/states";
import { FirstJob } from "./first-job";
import { JobTotals } from "./job-totals";
import classes from "./overview.module.css";
import { SlotTotals } from "./slot-totals";
import { Throughput } from "./throughput";

export function OverviewPage() {
  const overview = useQuery(overviewQuery);
  const jobs = useQuery(jobsQuery);
  return (
    <Page title="Overview">
      <div className={classes.top}>
        <QueryView query={overview} error="The totals could not be read" lines={2}>
          {(totals) => <SlotTotals totals={totals} />}
        </QueryView>
        {jobs.data && <JobTotals jobs={jobs.data} />}
        {jobs.data && <Throughput jobs={jobs.data} />}
      </div>
      <QueryView query={jobs} error="The jobs could not be read">
        {(list) => {
          if (list.length === 0) return <FirstJob />;
          return (
            <>
              <Card title="Running jobs">
                <RunningJobs jobs={list.filter((job) => !isEnded(job.state))} />
              </Card>
              <Card title="Completed jobs">
                <CompletedJobs jobs={list.filter((job) => isEnded(job.state))} />
              </Card>
            </>
          );
        }}
      </QueryView>
    </Page>
  );
}
