// The graph of a job. Shape and places are computed when the job's plan changes; measurements flow past
// them (store.ts), so an update neither moves nor rebuilds anything.

import { useComputedColorScheme } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import {
  Background,
  Controls,
  MarkerType,
  MiniMap,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
} from "@xyflow/react";
import "@xyflow/react/dist/style.css";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { type GraphShape, layout, shapeKey, shapeOf, topologicalOrder } from "../model/graph";
import type { JobDetail } from "../model/types";
import { ANSWER_MARK } from "../queries";
import classes from "./graph.module.css";
import { type GraphMarks, MarksContext } from "./marks";
import { RateEdge, type RateEdgeType } from "./rate-edge";
import { fillStores, newStores, StoresContext } from "./store";
import { VertexNode, type VertexNodeType } from "./vertex-node";

const nodeTypes = { vertex: VertexNode };
const edgeTypes = { rate: RateEdge };
const FIT = { padding: 0.08, maxZoom: 1.1, minZoom: 0.15 };
const NARROW = 700;
const MANY = 16;

/** From the answer's arrival until its measurements are in the document. */
export const UPDATE_MEASURE = "penstock:job-update";

function elementsOf(shape: GraphShape, direction: "LR" | "TB") {
  const places = layout(shape, direction);
  const byId = new Map(shape.nodes.map((node) => [node.id, node]));
  // The keyboard visits nodes in this order.
  const nodes = topologicalOrder(shape).flatMap((id): VertexNodeType[] => {
    const node = byId.get(id);
    const position = places.get(id);
    return node && position ? [{ id, type: "vertex", position, data: { node, direction } }] : [];
  });
  const edges = shape.edges.map(
    (edge): RateEdgeType => ({
      id: edge.id,
      source: edge.source,
      target: edge.target,
      type: "rate",
      data: { strategy: edge.strategy },
      markerEnd: {
        type: MarkerType.ArrowClosed,
        width: 18,
        height: 18,
        markerUnits: "userSpaceOnUse",
      },
    }),
  );
  return { nodes, edges };
}

/** The same object until the shape changes. */
function useShape(job: JobDetail): GraphShape {
  const shape = shapeOf(job);
  const key = shapeKey(shape);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for the shape
  return useMemo(() => shape, [key]);
}

/** Fits the graph to the canvas until the user has moved it; a node that gets the focus is shown. */
function useViewport(shape: GraphShape, direction: string, width: number, height: number) {
  const flow = useReactFlow();
  const moved = useRef(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another shape is to be seen whole
  useEffect(() => {
    moved.current = false;
  }, [shape, direction]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: fits again when any of these changes
  useEffect(() => {
    if (moved.current || width === 0) return;
    const frame = requestAnimationFrame(() => flow.fitView(FIT));
    return () => cancelAnimationFrame(frame);
  }, [flow, shape, direction, width, height]);
  return {
    onMove: (byUser: boolean) => {
      if (byUser) moved.current = true;
    },
    reveal: (id: string) => {
      flow.fitView({
        ...FIT,
        nodes: [{ id }],
        maxZoom: Math.max(flow.getZoom(), 0.7),
        duration: 200,
      });
    },
  };
}

interface Props {
  job: JobDetail;
  marks: GraphMarks;
}

function GraphCanvas({ job, marks }: Props) {
  const shape = useShape(job);
  const { ref, width, height } = useElementSize();
  const direction = width > 0 && width < NARROW ? "TB" : "LR";
  const { nodes, edges } = useMemo(() => elementsOf(shape, direction), [shape, direction]);
  const { onMove, reveal } = useViewport(shape, direction, width, height);
  const colorMode = useComputedColorScheme("light");
  return (
    <div ref={ref} className={classes.canvas} data-testid="job-graph">
      <MarksContext value={marks}>
        <ReactFlow
          nodes={nodes}
          edges={edges}
          nodeTypes={nodeTypes}
          edgeTypes={edgeTypes}
          colorMode={colorMode}
          nodesDraggable={false}
          nodesConnectable={false}
          nodesFocusable={false}
          edgesFocusable={false}
          elementsSelectable={false}
          disableKeyboardA11y
          minZoom={0.1}
          maxZoom={2}
          onMoveStart={(event) => onMove(event !== null)}
          onFocus={(event) => {
            const vertex = event.target.closest<HTMLElement>("[data-vertex]");
            const id = vertex?.dataset.vertex;
            if (id && vertex.matches(":focus-visible")) reveal(id);
          }}
        >
          <Background gap={24} />
          <Controls showInteractive={false} fitViewOptions={FIT} />
          {nodes.length > MANY && width >= NARROW && (
            <MiniMap pannable zoomable ariaLabel="Overview of the graph" />
          )}
        </ReactFlow>
      </MarksContext>
    </div>
  );
}

/** Of a job with at least one vertex. */
export function Graph({ job, marks }: Props) {
  const [stores] = useState(newStores);
  useLayoutEffect(() => {
    fillStores(stores, job);
    performance.clearMeasures(UPDATE_MEASURE);
    if (performance.getEntriesByName(ANSWER_MARK).length > 0) {
      performance.measure(UPDATE_MEASURE, ANSWER_MARK);
    }
  }, [stores, job]);
  return (
    <StoresContext value={stores}>
      <ReactFlowProvider>
        <GraphCanvas job={job} marks={marks} />
      </ReactFlowProvider>
    </StoresContext>
  );
}
