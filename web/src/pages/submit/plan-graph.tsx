import { useMemo } from "react";
import type { Schemas } from "@/api/client";
import { plural } from "@/format/numbers";
import classes from "./plan-graph.module.css";
import { nodeSize, type PlacedEdge, type PlacedNode, placePlan } from "./plan-layout";

// Below this, letters would be too small to read, and the plan scrolls.
const leastWidth = 640;

/** A plan as a picture: tasks with their parallelism, edges with their distribution. */
export function PlanGraph({ nodes }: { nodes: Schemas["PlanNode"][] }) {
  const { width, height, nodes: placed, edges } = useMemo(() => placePlan(nodes), [nodes]);
  const label = `Plan: ${placed.map((node) => node.name).join(", ")}`;
  return (
    <section
      className={classes.scroll}
      aria-label="Plan"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
      tabIndex={0}
    >
      <svg
        className={classes.graph}
        style={{ minWidth: Math.min(width, leastWidth) }}
        width={width}
        height={height}
        viewBox={`0 0 ${width} ${height}`}
        role="img"
      >
        <title>{label}</title>
        <defs>
          <marker
            id="plan-arrow"
            viewBox="0 0 8 8"
            refX="7"
            refY="4"
            markerWidth="8"
            markerHeight="8"
            orient="auto"
          >
            <path d="M0 0 L8 4 L0 8 z" className={classes.arrow} />
          </marker>
        </defs>
        {edges.map((edge) => (
          <Edge key={edge.key} edge={edge} />
        ))}
        {placed.map((node) => (
          <Node key={node.id} node={node} />
        ))}
      </svg>
    </section>
  );
}

function Edge({ edge }: { edge: PlacedEdge }) {
  const middle = edge.points[Math.floor(edge.points.length / 2)];
  const path = edge.points.map(({ x, y }, i) => `${i === 0 ? "M" : "L"}${x} ${y}`).join(" ");
  return (
    <g>
      <path d={path} className={classes.edge} markerEnd="url(#plan-arrow)" />
      {middle && (
        <text x={middle.x} y={middle.y - 6} textAnchor="middle" className={classes.note}>
          {edge.strategy}
        </text>
      )}
    </g>
  );
}

const mostLetters = 24;

function Node({ node }: { node: PlacedNode }) {
  const left = node.x - nodeSize.width / 2;
  const top = node.y - nodeSize.height / 2;
  const name =
    node.name.length > mostLetters ? `${node.name.slice(0, mostLetters - 1)}…` : node.name;
  return (
    <g>
      <title>{node.name}</title>
      <rect x={left} y={top} {...nodeSize} rx={8} className={classes.box} />
      <text x={left + 12} y={top + 27} className={classes.name}>
        {name}
      </text>
      <text x={left + 12} y={top + 46} className={classes.note}>
        {plural(node.parallelism, "subtask")}
      </text>
    </g>
  );
}
