import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { checkpointsQuery, jobQuery } from "@/api/jobs";
import { loadOf } from "./job-load";

// The cluster's stream says nothing about rates, so lists ask for them.
const liveMillis = 2000;

/** What a running job does; null until that is known. */
export function useJobLoad(job: string) {
  const detail = useQuery({ ...jobQuery(job), refetchInterval: liveMillis }).data;
  return useMemo(() => (detail ? loadOf(detail) : null), [detail]);
}

/** When the job's newest complete checkpoint was done; null when there is none. */
export function useLastCheckpoint(job: string): number | null {
  const query = useQuery({ ...checkpointsQuery(job), refetchInterval: liveMillis });
  return query.data?.latest.completed?.latest_ack_timestamp ?? null;
}
