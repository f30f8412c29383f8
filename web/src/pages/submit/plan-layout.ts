// Where the tasks of a plan stand, from left to right as records flow.

import { Graph, layout } from "@dagrejs/dagre";
import type { Schemas } from "@/api/client";

export interface PlacedNode {
  id: string;
  name: string;
  parallelism: number;
  x: number;
  y: number;
}

export interface PlacedEdge {
  key: string;
  strategy: string;
  points: { x: number; y: number }[];
}

export const nodeSize = { width: 190, height: 62 };

export function placePlan(nodes: Schemas["PlanNode"][]) {
  const graph = new Graph({ multigraph: true });
  graph.setGraph({ rankdir: "LR", nodesep: 28, ranksep: 110, marginx: 4, marginy: 4 });
  for (const node of nodes) graph.setNode(node.id, { ...nodeSize });
  for (const { node, input } of inputsOf(nodes)) {
    graph.setEdge(input.id, node.id, {}, `${input.num}`);
  }
  layout(graph);
  const { width = 0, height = 0 } = graph.graph();
  return {
    width,
    height,
    nodes: nodes.map(({ id, description, parallelism }): PlacedNode => {
      const { x, y } = graph.node(id);
      return { id, name: description, parallelism, x, y };
    }),
    edges: inputsOf(nodes).map(({ node, input }): PlacedEdge => {
      const edge = graph.edge(input.id, node.id, `${input.num}`);
      const key = `${input.id} ${node.id} ${input.num}`;
      return { key, strategy: input.ship_strategy, points: edge.points };
    }),
  };
}

function inputsOf(nodes: Schemas["PlanNode"][]) {
  return nodes.flatMap((node) => (node.inputs ?? []).map((input) => ({ node, input })));
}
