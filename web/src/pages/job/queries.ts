// Queries about one job. Keys begin with ["job", id, topic]; a change of the topic refreshes them.

import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { answer, client, request } from "@/api/client";
import { asApiError } from "@/api/error";
import type { JobDetail } from "./model/types";

const path = (jobid: string) => ({ path: { jobid } });
const vertexPath = (jobid: string, vertexid: string) => ({ path: { jobid, vertexid } });

/** A path that this coordinator does not know, or an id that is gone: asking again is of no use. */
export function isAbsent(error: unknown): boolean {
  return error != null && asApiError(error).status === 404;
}

const retry = (count: number, error: Error) => count < 2 && asApiError(error).status >= 500;

/** Begins the measurement that the graph ends when it has been drawn; see graph/graph.tsx. */
export const ANSWER_MARK = "penstock:job-answer";

export const jobQuery = (job: string) =>
  queryOptions({
    queryKey: ["job", job, "job", "detail"],
    queryFn: async ({ signal }): Promise<JobDetail> => {
      const detail = await answer(client.GET("/jobs/{jobid}", { params: path(job), signal }));
      performance.clearMarks(ANSWER_MARK);
      performance.mark(ANSWER_MARK);
      return detail;
    },
    retry,
  });

export const bottleneckQuery = (job: string) =>
  queryOptions({
    queryKey: ["job", job, "metrics", "bottleneck"],
    queryFn: ({ signal }) =>
      answer(client.GET("/jobs/{jobid}/bottleneck", { params: path(job), signal })),
    retry,
  });

export const historyQuery = (job: string, vertex?: string) =>
  queryOptions({
    queryKey: ["job", job, "metrics", "history", vertex ?? ""],
    queryFn: ({ signal }) =>
      answer(
        client.GET("/jobs/{jobid}/history", {
          params: { ...path(job), query: vertex ? { vertex } : {} },
          signal,
        }),
      ),
    retry,
    placeholderData: keepPreviousData,
  });

export const checkpointsQuery = (job: string) =>
  queryOptions({
    queryKey: ["job", job, "checkpoints", "all"],
    queryFn: ({ signal }) =>
      answer(client.GET("/jobs/{jobid}/checkpoints", { params: path(job), signal })),
    retry,
  });

export const checkpointConfigQuery = (job: string) =>
  queryOptions({
    queryKey: ["job", job, "job", "checkpoint-config"],
    queryFn: ({ signal }) =>
      answer(client.GET("/jobs/{jobid}/checkpoints/config", { params: path(job), signal })),
    retry,
  });

export const checkpointQuery = (job: string, checkpointid: number) =>
  queryOptions({
    queryKey: ["job", job, "checkpoints", checkpointid],
    queryFn: ({ signal }) =>
      answer(
        client.GET("/jobs/{jobid}/checkpoints/details/{checkpointid}", {
          params: { path: { jobid: job, checkpointid } },
          signal,
        }),
      ),
    retry,
  });

export const checkpointVertexQuery = (job: string, checkpointid: number, vertexid: string) =>
  queryOptions({
    queryKey: ["job", job, "checkpoints", checkpointid, vertexid],
    queryFn: ({ signal }) =>
      answer(
        client.GET("/jobs/{jobid}/checkpoints/details/{checkpointid}/subtasks/{vertexid}", {
          params: { path: { jobid: job, checkpointid, vertexid } },
          signal,
        }),
      ),
    retry,
  });

export const exceptionsQuery = (job: string) =>
  queryOptions({
    queryKey: ["job", job, "exceptions"],
    queryFn: ({ signal }) =>
      answer(client.GET("/jobs/{jobid}/exceptions", { params: path(job), signal })),
    retry,
  });

export const eventsQuery = (job: string) =>
  queryOptions({
    queryKey: ["job", job, "events"],
    queryFn: ({ signal }) =>
      answer(client.GET("/jobs/{jobid}/events", { params: path(job), signal })),
    retry,
  });

export const jobLogQuery = (job: string) =>
  queryOptions({
    queryKey: ["job", job, "exceptions", "log"],
    queryFn: async ({ signal }) => (await request(`/jobs/${job}/logs`, { signal })).text(),
    retry,
  });

export const timelineQuery = (job: string) =>
  queryOptions({
    queryKey: ["job", job, "job", "timeline"],
    queryFn: ({ signal }) =>
      answer(client.GET("/jobs/{jobid}/timeline", { params: path(job), signal })),
    retry,
  });

export const configQuery = (job: string) =>
  queryOptions({
    queryKey: ["job", job, "job", "config"],
    queryFn: ({ signal }) =>
      answer(client.GET("/jobs/{jobid}/config", { params: path(job), signal })),
    retry,
  });

export const jobSettingsQuery = (job: string) =>
  queryOptions({
    queryKey: ["job", job, "job", "settings"],
    queryFn: ({ signal }) =>
      answer(client.GET("/jobs/{jobid}/jobmanager/config", { params: path(job), signal })),
    retry,
  });

export const vertexQuery = (job: string, vertex: string) =>
  queryOptions({
    queryKey: ["job", job, "metrics", "vertex", vertex],
    queryFn: ({ signal }) =>
      answer(
        client.GET("/jobs/{jobid}/vertices/{vertexid}", {
          params: vertexPath(job, vertex),
          signal,
        }),
      ),
    retry,
  });

export const backpressureQuery = (job: string, vertex: string) =>
  queryOptions({
    queryKey: ["job", job, "metrics", "backpressure", vertex],
    queryFn: ({ signal }) =>
      answer(
        client.GET("/jobs/{jobid}/vertices/{vertexid}/backpressure", {
          params: vertexPath(job, vertex),
          signal,
        }),
      ),
    retry,
  });

export const watermarksQuery = (job: string, vertex: string) =>
  queryOptions({
    queryKey: ["job", job, "metrics", "watermarks", vertex],
    queryFn: ({ signal }) =>
      answer(
        client.GET("/jobs/{jobid}/vertices/{vertexid}/watermarks", {
          params: vertexPath(job, vertex),
          signal,
        }),
      ),
    retry,
  });

export const vertexWorkersQuery = (job: string, vertex: string) =>
  queryOptions({
    queryKey: ["job", job, "metrics", "workers", vertex],
    queryFn: ({ signal }) =>
      answer(
        client.GET("/jobs/{jobid}/vertices/{vertexid}/taskmanagers", {
          params: vertexPath(job, vertex),
          signal,
        }),
      ),
    retry,
  });

export const accumulatorsQuery = (job: string, vertex: string) =>
  queryOptions({
    queryKey: ["job", job, "metrics", "accumulators", vertex],
    queryFn: ({ signal }) =>
      answer(
        client.GET("/jobs/{jobid}/vertices/{vertexid}/accumulators", {
          params: vertexPath(job, vertex),
          signal,
        }),
      ),
    retry,
  });

/** Names of metrics; few enough to be asked for once per attempt. */
export const metricNamesQuery = (job: string, vertex: string) =>
  queryOptions({
    queryKey: ["job", job, "job", "metric-names", vertex],
    queryFn: ({ signal }) =>
      answer(
        client.GET("/jobs/{jobid}/vertices/{vertexid}/metrics", {
          params: vertexPath(job, vertex),
          signal,
        }),
      ),
    retry,
  });

/** Sums and extremes over the subtasks, of some metrics. */
export const metricValuesQuery = (job: string, vertex: string, names: readonly string[]) =>
  queryOptions({
    queryKey: ["job", job, "metrics", "values", vertex, names],
    queryFn: ({ signal }) =>
      answer(
        client.GET("/jobs/{jobid}/vertices/{vertexid}/subtasks/metrics", {
          params: { ...vertexPath(job, vertex), query: { get: names.join(",") } },
          signal,
        }),
      ),
    enabled: names.length > 0,
    retry,
  });

export type FlameGraphType = "full" | "on_cpu" | "off_cpu";

/** Sampling takes seconds and costs the tasks something, so it is refreshed when the user asks. */
export const flameGraphQuery = (
  job: string,
  vertex: string,
  type: FlameGraphType,
  subtask: number | null,
) =>
  queryOptions({
    queryKey: ["job", job, "flamegraph", vertex, type, subtask],
    queryFn: ({ signal }) =>
      answer(
        client.GET("/jobs/{jobid}/vertices/{vertexid}/flamegraph", {
          params: {
            ...vertexPath(job, vertex),
            query: { type, ...(subtask === null ? {} : { subtaskindex: subtask }) },
          },
          signal,
        }),
      ),
    staleTime: Number.POSITIVE_INFINITY,
    retry,
  });

export const stacksQuery = (job: string, vertex: string) =>
  queryOptions({
    queryKey: ["job", job, "stacks", vertex],
    queryFn: ({ signal }) =>
      answer(
        client.GET("/jobs/{jobid}/vertices/{vertexid}/stacks", {
          params: vertexPath(job, vertex),
          signal,
        }),
      ),
    staleTime: Number.POSITIVE_INFINITY,
    retry,
  });

export const requirementsQuery = (job: string) =>
  queryOptions({
    queryKey: ["job", job, "job", "requirements"],
    queryFn: ({ signal }) =>
      answer(client.GET("/jobs/{jobid}/resource-requirements", { params: path(job), signal })),
    retry,
  });
