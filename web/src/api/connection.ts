// How this page is connected to the coordinator. Written by the client and the change stream.

import { useSyncExternalStore } from "react";

/** live: changes are pushed. polling: they are asked for. lost: the coordinator does not answer. */
export type ConnectionState = "connecting" | "live" | "polling" | "lost";

interface Connection {
  reachable: boolean | null;
  streaming: boolean;
  /** When the coordinator last answered, in epoch milliseconds. */
  lastAnswer: number | null;
}

let connection: Connection = { reachable: null, streaming: false, lastAnswer: null };
const listeners = new Set<() => void>();

function change(next: Connection): void {
  const told = next.reachable !== connection.reachable || next.streaming !== connection.streaming;
  connection = next;
  if (told) for (const listener of listeners) listener();
}

export function reportAnswer(): void {
  change({ ...connection, reachable: true, lastAnswer: Date.now() });
}

export function reportUnreachable(): void {
  change({ ...connection, reachable: false });
}

export function reportStreaming(streaming: boolean): void {
  change({ ...connection, streaming });
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function stateOf(): ConnectionState {
  if (connection.reachable === null) return "connecting";
  if (!connection.reachable) return "lost";
  return connection.streaming ? "live" : "polling";
}

export function useConnection(): ConnectionState {
  return useSyncExternalStore(subscribe, stateOf);
}

export function lastAnswer(): number | null {
  return connection.lastAnswer;
}
