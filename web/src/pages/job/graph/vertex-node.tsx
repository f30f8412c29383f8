// One vertex of the graph. It draws itself again only when its own measurements change.

import { VisuallyHidden } from "@mantine/core";
import { Handle, type Node, type NodeProps, Position } from "@xyflow/react";
import { memo, use } from "react";
import { LoadBar } from "@/components/load-bar";
import { formatCount, formatExact, formatPercent } from "@/format/numbers";
import { formatExactTime } from "@/format/times";
import type { GraphNode } from "../model/graph";
import { loadColor, loadOf } from "../model/load";
import type { Vertex } from "../model/types";
import { MarksContext } from "./marks";
import { useVertex } from "./store";
import classes from "./vertex-node.module.css";
import { eventTime, loadText, rateText, spoken, tasksText } from "./words";

export type VertexNodeType = Node<{ node: GraphNode; direction: "LR" | "TB" }, "vertex">;

function headColor(vertex: Vertex | undefined): string | undefined {
  if (!vertex || vertex.status === "FAILED") return undefined;
  const load = vertex.status === "RUNNING" ? loadOf(vertex.live) : undefined;
  return load && loadColor(load.busy, load.backpressured);
}

function Fact({ name, value, title }: { name: string; value: string; title?: string }) {
  return (
    <div className={classes.fact} title={title}>
      <span className={classes.factName}>{name}</span>
      <span className={classes.factValue}>{value}</span>
    </div>
  );
}

function exact(value: number | null | undefined, unit: string): string | undefined {
  return value == null ? undefined : `${formatExact(Math.round(value))} ${unit}`;
}

function Measurements({ vertex }: { vertex: Vertex }) {
  const live = vertex.status === "RUNNING" ? vertex.live : null;
  if (!live) {
    const { metrics } = vertex;
    return (
      <div className={classes.facts}>
        <Fact name="records in" value={formatCount(metrics["read-records"] ?? 0)} />
        <Fact name="records out" value={formatCount(metrics["write-records"] ?? 0)} />
      </div>
    );
  }
  const pending = live["pending-records"];
  return (
    <div className={classes.facts}>
      <Fact
        name="in"
        value={rateText(live["records-in-per-second"])}
        title={exact(live["records-in-per-second"], "records/s in")}
      />
      <Fact
        name="out"
        value={rateText(live["records-out-per-second"])}
        title={exact(live["records-out-per-second"], "records/s out")}
      />
      <Fact
        {...eventTime(live)}
        title={
          live.watermark == null ? "no watermark" : `watermark ${formatExactTime(live.watermark)}`
        }
      />
      {pending == null ? (
        <Fact name="skew" value={formatPercent(live.skew ?? 0)} title="(max − mean) / max" />
      ) : (
        <Fact name="pending" value={formatCount(pending)} title={exact(pending, "records")} />
      )}
    </div>
  );
}

function VertexNodeView({ id, data }: NodeProps<VertexNodeType>) {
  const vertex = useVertex(id);
  const marks = use(MarksContext);
  const { node, direction } = data;
  const said = [
    ...(marks.bottleneck === id ? ["Bottleneck"] : []),
    ...(marks.watermarkHolder === id ? ["Holds the watermark"] : []),
  ];
  const head = headColor(vertex);
  const load = loadOf(vertex?.live);
  const running = vertex?.status === "RUNNING";
  return (
    <>
      <Handle
        type="target"
        position={direction === "LR" ? Position.Left : Position.Top}
        isConnectable={false}
        className={classes.handle}
      />
      {said.length > 0 && (
        <div className={classes.marks} aria-hidden="true">
          {said.map((mark) => (
            <span key={mark} className={classes.mark}>
              {mark}
            </span>
          ))}
        </div>
      )}
      <button
        type="button"
        className={classes.node}
        data-selected={marks.selected === id || undefined}
        data-marked={marks.bottleneck === id || undefined}
        data-vertex={id}
        onClick={() => marks.open(id)}
      >
        <VisuallyHidden>{vertex ? spoken(vertex, said) : node.name}</VisuallyHidden>
        <span
          aria-hidden="true"
          className={classes.head}
          data-state={head ? undefined : vertex?.status}
          data-pressure={running && load && load.backpressured > 0.5 ? "high" : undefined}
          style={head ? { backgroundColor: head } : undefined}
        >
          <span className={classes.name} title={node.name}>
            {node.name}
          </span>
          <span className={classes.parallelism} title={`parallelism ${node.parallelism}`}>
            ×{node.parallelism}
          </span>
        </span>
        {vertex && (
          <span className={classes.body} aria-hidden="true">
            <span className={classes.load}>
              {running && vertex.live ? loadText(vertex.live) : tasksText(vertex)}
            </span>
            {running && load ? <LoadBar {...load.shares} /> : <span className={classes.noBar} />}
            <Measurements vertex={vertex} />
          </span>
        )}
      </button>
      <Handle
        type="source"
        position={direction === "LR" ? Position.Right : Position.Bottom}
        isConnectable={false}
        className={classes.handle}
      />
    </>
  );
}

export const VertexNode = memo(VertexNodeView);
