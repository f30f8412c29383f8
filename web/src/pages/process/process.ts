// What the pages of the coordinator and of a worker have in common: both are processes that have logs,
// metrics and threads, under the same names below an address.

import { queryOptions } from "@tanstack/react-query";
import type { Schemas } from "@/api/client";
import { request } from "@/api/client";

export interface Process {
  /** Address below which its logs, metrics and stacks are. */
  path: string;
  /** First words of the keys of its queries. */
  key: readonly string[];
}

export const coordinator: Process = { path: "/jobmanager", key: ["coordinator"] };

export const workerProcess = (worker: string): Process => ({
  path: `/taskmanagers/${encodeURIComponent(worker)}`,
  key: ["workers", worker],
});

async function read<T>(path: string, signal: AbortSignal): Promise<T> {
  return (await request(path, { signal })).json();
}

export const logsQuery = (process: Process) =>
  queryOptions({
    queryKey: [...process.key, "logs"],
    queryFn: async ({ signal }) =>
      (await read<Schemas["Logs"]>(`${process.path}/logs`, signal)).logs,
  });

export const threadsQuery = (process: Process) =>
  queryOptions({
    // Not refreshed by itself: a dump stops the threads for a moment, and people read it.
    queryKey: ["threads", ...process.key],
    queryFn: async ({ signal }) =>
      (await read<Schemas["ThreadDump"]>(`${process.path}/thread-dump`, signal)).threadInfos,
    staleTime: Number.POSITIVE_INFINITY,
  });

/** Names in groups that fit into an address each. */
export function inGroups(names: string[], mostLength = 4000): string[][] {
  const groups: string[][] = [];
  let length = 0;
  for (const name of names) {
    const group = groups.at(-1);
    if (!group || length + name.length > mostLength) {
      groups.push([name]);
      length = name.length;
    } else {
      group.push(name);
      length += name.length + 1;
    }
  }
  return groups;
}

export const metricsQuery = (process: Process) =>
  queryOptions({
    queryKey: [...process.key, "metrics"],
    queryFn: async ({ signal }) => {
      const names = await read<Schemas["Metrics"]>(`${process.path}/metrics`, signal);
      const answers = inGroups(names.map((metric) => metric.id)).map((group) =>
        read<Schemas["Metrics"]>(
          `${process.path}/metrics?get=${group.map(encodeURIComponent).join(",")}`,
          signal,
        ),
      );
      return (await Promise.all(answers)).flat();
    },
    refetchInterval: 2000,
  });
