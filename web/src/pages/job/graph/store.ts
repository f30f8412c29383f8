// What nodes and edges show beyond their place; see model/live-store.ts.

import { createContext, use, useSyncExternalStore } from "react";
import { edgeId } from "../model/graph";
import { LiveStore } from "../model/live-store";
import type { EdgeRate, JobDetail, Vertex } from "../model/types";

export interface GraphStores {
  vertices: LiveStore<Vertex>;
  edges: LiveStore<EdgeRate>;
}

export const newStores = (): GraphStores => ({
  vertices: new LiveStore<Vertex>(),
  edges: new LiveStore<EdgeRate>(),
});

/** Parallel edges of one pair are told apart by their order, as in the plan. */
function edgeRates(edges: readonly EdgeRate[]): Map<string, EdgeRate> {
  const rates = new Map<string, EdgeRate>();
  for (const edge of edges) {
    let number = 0;
    while (rates.has(edgeId(edge.source, edge.target, number))) number += 1;
    rates.set(edgeId(edge.source, edge.target, number), edge);
  }
  return rates;
}

export function fillStores(stores: GraphStores, job: JobDetail): void {
  stores.vertices.replace(new Map(job.vertices.map((vertex) => [vertex.id, vertex])));
  stores.edges.replace(edgeRates(job.edges ?? []));
}

export const StoresContext = createContext<GraphStores>(newStores());

function useValue<T>(store: LiveStore<T>, id: string): T | undefined {
  return useSyncExternalStore(
    (listener) => store.subscribe(id, listener),
    () => store.get(id),
  );
}

export const useVertex = (id: string) => useValue(use(StoresContext).vertices, id);
export const useEdgeRate = (id: string) => useValue(use(StoresContext).edges, id);
