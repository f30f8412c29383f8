// Queries about one job. Keys are ["job", id, topic, …]; see changes.ts.

import { queryOptions } from "@tanstack/react-query";
import { answer, client } from "./client";

export const jobQuery = (job: string) =>
  queryOptions({
    queryKey: ["job", job, "job"],
    queryFn: ({ signal }) =>
      answer(client.GET("/jobs/{jobid}", { params: { path: { jobid: job } }, signal })),
  });

export const checkpointsQuery = (job: string) =>
  queryOptions({
    queryKey: ["job", job, "checkpoints"],
    queryFn: ({ signal }) =>
      answer(client.GET("/jobs/{jobid}/checkpoints", { params: { path: { jobid: job } }, signal })),
  });
