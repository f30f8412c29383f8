import { useQueries } from "@tanstack/react-query";
import type { Schemas } from "@/api/client";
import { jobQuery } from "@/api/jobs";
import { Card } from "@/components/card";
import { Stat, Stats } from "@/components/stat";
import { formatExact, formatPercent, formatRate } from "@/format/numbers";
import { loadOf } from "@/pages/jobs/job-load";
import { ThroughputHistory } from "./throughput-history";

// Asking for the detail of more jobs each 2 s would be a load of its own.
const mostJobs = 40;

/** What the running jobs do together. */
export function Throughput({ jobs }: { jobs: Schemas["JobOverview"][] }) {
  const running = jobs.filter((job) => job.state === "RUNNING").slice(0, mostJobs);
  const loads = useQueries({
    queries: running.map((job) => ({ ...jobQuery(job.jid), refetchInterval: 2000 })),
    combine: (results) =>
      results
        .map((result) => (result.data ? loadOf(result.data) : null))
        .filter((load) => load !== null),
  });
  const records = loads.reduce((sum, load) => sum + load.recordsPerSecond, 0);
  const busiest = Math.max(0, ...loads.map((load) => load.busiest.busy));
  const backpressured = Math.max(0, ...loads.map((load) => load.mostBackpressured.backpressured));
  const known = loads.length > 0;
  return (
    <Card title="Throughput">
      <Stats>
        <Stat
          label="From sources"
          value={known ? formatRate(records) : "–"}
          exact={`${formatExact(records)} records per second`}
        />
        <Stat label="Busiest task" value={known ? formatPercent(busiest) : "–"} />
        <Stat label="Back-pressured" value={known ? formatPercent(backpressured) : "–"} />
      </Stats>
      <ThroughputHistory jobs={running.map((job) => job.jid)} />
    </Card>
  );
}
