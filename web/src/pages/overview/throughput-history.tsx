import { useQueries } from "@tanstack/react-query";
import { answer, client } from "@/api/client";
import { formatRate } from "@/format/numbers";
import classes from "./overview.module.css";
import { sparkPath, sumSeries } from "./sum-series";

const width = 300;
const height = 36;
const refreshMillis = 5000;
// A history is some 30 KB.
const mostJobs = 8;

const historyQuery = (job: string) => ({
  queryKey: ["job", job, "history of the overview"],
  queryFn: ({ signal }: { signal: AbortSignal }) =>
    answer(client.GET("/jobs/{jobid}/history", { params: { path: { jobid: job } }, signal })),
  refetchInterval: refreshMillis,
});

/** The records that the sources of some jobs have read in the last minutes. */
export function ThroughputHistory({ jobs }: { jobs: string[] }) {
  const values = useQueries({
    queries: jobs.slice(0, mostJobs).map(historyQuery),
    combine: (results) =>
      sumSeries(
        results.flatMap(({ data }) => {
          const series = data?.series["records-in-per-second"];
          return data && series ? [{ timestamps: data.timestamps, values: series }] : [];
        }),
      ),
  });
  if (values.length < 2) return null;
  const line = sparkPath(values, width, height);
  const label = `Records in the last minutes: at most ${formatRate(Math.max(...values))}`;
  return (
    <svg
      className={classes.spark}
      viewBox={`0 -2 ${width} ${height + 4}`}
      preserveAspectRatio="none"
      role="img"
    >
      <title>{label}</title>
      <path className={classes.area} d={`${line}L${width} ${height}L0 ${height}Z`} />
      <path className={classes.line} d={line} />
    </svg>
  );
}
