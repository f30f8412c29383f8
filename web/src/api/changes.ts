// Keeps what is shown current: the coordinator says which topics have changed, and the queries under
// those topics are fetched again. Where its stream is not to be had, everything is asked for each 2 s.

import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { reportStreaming } from "./connection";

const pollMillis = 2000;
const retryMillis = 5000;

interface Scope {
  /** Address of the stream. */
  path: string;
  /** The beginnings of query keys that a topic stands for. */
  keysOf: (topic: string) => readonly (readonly string[])[];
  topics: readonly string[];
  onStreaming?: (streaming: boolean) => void;
}

function refresh(client: QueryClient, scope: Scope, topics: readonly string[]): void {
  for (const queryKey of topics.flatMap(scope.keysOf)) client.invalidateQueries({ queryKey });
}

function topicsOf(data: string): string[] {
  const parsed: unknown = JSON.parse(data);
  const topics = (parsed as { topics?: unknown }).topics;
  return Array.isArray(topics) ? topics.filter((topic) => typeof topic === "string") : [];
}

/** Follows one stream until the function that it returns is called. */
function follow(client: QueryClient, scope: Scope): () => void {
  let source: EventSource | undefined;
  let poll: number | undefined;
  let retry: number | undefined;

  const startPolling = () => {
    scope.onStreaming?.(false);
    poll ??= window.setInterval(() => refresh(client, scope, scope.topics), pollMillis);
  };
  const stopPolling = () => {
    window.clearInterval(poll);
    poll = undefined;
  };
  const lose = () => {
    source?.close();
    startPolling();
    window.clearTimeout(retry);
    retry = window.setTimeout(connect, retryMillis);
  };
  function connect() {
    source = new EventSource(scope.path);
    source.onopen = () => {
      stopPolling();
      scope.onStreaming?.(true);
      refresh(client, scope, scope.topics);
    };
    source.addEventListener("change", (event) => refresh(client, scope, topicsOf(event.data)));
    source.addEventListener("end", lose);
    source.onerror = lose;
  }

  connect();
  return () => {
    source?.close();
    stopPolling();
    window.clearTimeout(retry);
    scope.onStreaming?.(false);
  };
}

const clusterTopics = ["overview", "jobs", "workers"] as const;

/** For the shell: queries whose keys begin with "overview", "jobs" or "workers" are kept current. */
export function useClusterChanges(): void {
  const client = useQueryClient();
  useEffect(
    () =>
      follow(client, {
        path: "/stream",
        topics: clusterTopics,
        keysOf: (topic) => [[topic]],
        onStreaming: reportStreaming,
      }),
    [client],
  );
}

export type JobTopic = "job" | "metrics" | "checkpoints" | "exceptions" | "events";
const jobTopics: readonly JobTopic[] = ["job", "metrics", "checkpoints", "exceptions", "events"];

/** For the pages of one job: queries whose keys begin with ["job", id, topic] are kept current. */
export function useJobChanges(job: string): void {
  const client = useQueryClient();
  useEffect(
    () =>
      follow(client, {
        path: `/jobs/${job}/stream`,
        topics: jobTopics,
        keysOf: (topic) =>
          // A job's detail has measurements, too.
          topic === "metrics"
            ? [
                ["job", job, topic],
                ["job", job, "job", "detail"],
              ]
            : [["job", job, topic]],
      }),
    [client, job],
  );
}
