// Queries about the cluster. The first word of a key is the topic that refreshes it (see changes.ts).

import { queryOptions } from "@tanstack/react-query";
import { answer, client } from "./client";

export const overviewQuery = queryOptions({
  queryKey: ["overview"],
  queryFn: ({ signal }) => answer(client.GET("/overview", { signal })),
});

export const jobsQuery = queryOptions({
  queryKey: ["jobs"],
  queryFn: async ({ signal }) => (await answer(client.GET("/jobs/overview", { signal }))).jobs,
});

export const workersQuery = queryOptions({
  queryKey: ["workers"],
  queryFn: async ({ signal }) =>
    (await answer(client.GET("/taskmanagers", { signal }))).taskmanagers,
});

export const workerQuery = (worker: string) =>
  queryOptions({
    queryKey: ["workers", worker],
    queryFn: ({ signal }) =>
      answer(
        client.GET("/taskmanagers/{taskmanagerid}", {
          params: { path: { taskmanagerid: worker } },
          signal,
        }),
      ),
  });
