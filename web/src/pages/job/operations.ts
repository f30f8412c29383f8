// What the user has asked of a job and the coordinator goes on doing. It is remembered for as long as
// the page is open, so that one may look at something else meanwhile.

import { useSyncExternalStore } from "react";
import { answer, client } from "@/api/client";

export type OperationKind = "savepoint" | "checkpoint" | "stop" | "rescale";

export interface Operation {
  /** Of the request; made up for those that have none. */
  id: string;
  job: string;
  kind: OperationKind;
  /** In epoch milliseconds. */
  since: number;
  /** Of a rescale. */
  parallelism?: number;
}

let operations: readonly Operation[] = [];
const listeners = new Set<() => void>();

function replace(next: readonly Operation[]): void {
  operations = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** All jobs'; newest first. */
export function useOperations(): readonly Operation[] {
  return useSyncExternalStore(subscribe, () => operations);
}

function begin(operation: Omit<Operation, "since">): void {
  replace([{ ...operation, since: Date.now() }, ...operations]);
}

export function dismiss(id: string): void {
  replace(operations.filter((operation) => operation.id !== id));
}

const path = (jobid: string) => ({ path: { jobid } });

export async function takeSavepoint(job: string, directory: string): Promise<void> {
  const body = directory ? { "target-directory": directory } : {};
  const call = client.POST("/jobs/{jobid}/savepoints", { params: path(job), body });
  begin({ id: (await answer(call))["request-id"], job, kind: "savepoint" });
}

export async function takeCheckpoint(job: string): Promise<void> {
  const call = client.POST("/jobs/{jobid}/checkpoints", { params: path(job), body: {} });
  begin({ id: (await answer(call))["request-id"], job, kind: "checkpoint" });
}

export async function stopJob(job: string, directory: string, drain: boolean): Promise<void> {
  const body = { drain, ...(directory ? { targetDirectory: directory } : {}) };
  const call = client.POST("/jobs/{jobid}/stop", { params: path(job), body });
  begin({ id: (await answer(call))["request-id"], job, kind: "stop" });
}

export async function cancelJob(job: string): Promise<void> {
  await answer(
    client.PATCH("/jobs/{jobid}", { params: { ...path(job), query: { mode: "cancel" } } }),
  );
}

/** The bound of every vertex is the same: operators with a parallelism of their own keep it. */
export async function rescaleJob(
  job: string,
  vertices: readonly string[],
  parallelism: number,
): Promise<void> {
  const bounds = { parallelism: { lowerBound: 1, upperBound: parallelism } };
  const body = Object.fromEntries(vertices.map((vertex) => [vertex, bounds]));
  await answer(client.PUT("/jobs/{jobid}/resource-requirements", { params: path(job), body }));
  begin({ id: `rescale-${job}-${Date.now()}`, job, kind: "rescale", parallelism });
}

/** What has become of a savepoint, a checkpoint or a stop. */
export async function readOperation({ id, job, kind }: Operation, signal: AbortSignal) {
  const params = { path: { jobid: job, triggerid: id } };
  if (kind === "checkpoint") {
    return answer(client.GET("/jobs/{jobid}/checkpoints/{triggerid}", { params, signal }));
  }
  return answer(client.GET("/jobs/{jobid}/savepoints/{triggerid}", { params, signal }));
}
