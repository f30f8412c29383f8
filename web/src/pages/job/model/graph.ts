// The graph of a job: what is drawn, where, and in which order the keyboard visits it. Positions depend
// on the shape only, so that new measurements never move anything.

import dagre from "@dagrejs/dagre";
import type { JobDetail, Plan, Vertex } from "./types";

export interface GraphNode {
  id: string;
  name: string;
  /** Chained operators, in order. */
  operators: string[];
  parallelism: number;
}

export interface GraphEdge {
  id: string;
  source: string;
  target: string;
  strategy: string;
}

export interface GraphShape {
  nodes: GraphNode[];
  edges: GraphEdge[];
}

export type Direction = "LR" | "TB";

export interface Point {
  x: number;
  y: number;
}

export const NODE_WIDTH = 260;
export const NODE_HEIGHT = 148;

/** Separates parallel edges between the same two vertices, too. */
export function edgeId(source: string, target: string, number = 0): string {
  return number === 0 ? `${source}→${target}` : `${source}→${target}#${number}`;
}

/** A chain is named after its operators. */
export function operatorsOf(name: string): string[] {
  return name
    .split(" -> ")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

function edgesOf(plan: Plan): GraphEdge[] {
  const seen = new Map<string, number>();
  return plan.nodes.flatMap((node) =>
    (node.inputs ?? []).map((input) => {
      const pair = edgeId(input.id, node.id);
      const number = seen.get(pair) ?? 0;
      seen.set(pair, number + 1);
      return {
        id: edgeId(input.id, node.id, number),
        source: input.id,
        target: node.id,
        strategy: input.ship_strategy ?? "",
      };
    }),
  );
}

export function shapeOf(job: Pick<JobDetail, "vertices" | "plan">): GraphShape {
  const nodes = job.vertices.map((vertex) => ({
    id: vertex.id,
    name: vertex.name,
    operators: operatorsOf(vertex.name),
    parallelism: vertex.parallelism,
  }));
  const known = new Set(nodes.map((node) => node.id));
  return {
    nodes,
    edges: edgesOf(job.plan).filter((edge) => known.has(edge.source) && known.has(edge.target)),
  };
}

/** Equal for shapes that look the same; a change of it is the only reason to lay out again. */
export function shapeKey(shape: GraphShape): string {
  return JSON.stringify([
    shape.nodes.map((node) => [node.id, node.name, node.parallelism]),
    shape.edges.map((edge) => [edge.id, edge.strategy]),
  ]);
}

/** Upper left corners by id. */
export function layout(shape: GraphShape, direction: Direction): Map<string, Point> {
  const graph = new dagre.graphlib.Graph({ multigraph: true });
  graph.setGraph({
    rankdir: direction,
    nodesep: 36,
    ranksep: direction === "LR" ? 120 : 72,
    marginx: 8,
    marginy: 8,
  });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const node of shape.nodes)
    graph.setNode(node.id, { width: NODE_WIDTH, height: NODE_HEIGHT });
  for (const edge of shape.edges) graph.setEdge(edge.source, edge.target, {}, edge.id);
  dagre.layout(graph);
  return new Map(
    shape.nodes.map((node) => {
      const { x, y } = graph.node(node.id) as Point;
      return [node.id, { x: x - NODE_WIDTH / 2, y: y - NODE_HEIGHT / 2 }];
    }),
  );
}

/** Sources first; among those that could come next, as the plan lists them. A cycle's vertices come last. */
export function topologicalOrder(shape: GraphShape): string[] {
  const waiting = new Map(shape.nodes.map((node) => [node.id, 0]));
  for (const edge of shape.edges) waiting.set(edge.target, (waiting.get(edge.target) ?? 0) + 1);
  const order: string[] = [];
  const remaining = shape.nodes.map((node) => node.id);
  while (remaining.length > 0) {
    const ready = Math.max(
      0,
      remaining.findIndex((id) => waiting.get(id) === 0),
    );
    const [next] = remaining.splice(ready, 1);
    if (next === undefined) break;
    order.push(next);
    for (const edge of shape.edges) {
      if (edge.source === next) waiting.set(edge.target, (waiting.get(edge.target) ?? 1) - 1);
    }
  }
  return order;
}

/** Vertices by id. */
export function vertexMap(vertices: readonly Vertex[]): Map<string, Vertex> {
  return new Map(vertices.map((vertex) => [vertex.id, vertex]));
}
