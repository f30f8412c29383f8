// An edge with how it distributes records and how many pass it now.

import {
  BaseEdge,
  type Edge,
  EdgeLabelRenderer,
  type EdgeProps,
  getBezierPath,
} from "@xyflow/react";
import { memo } from "react";
import { formatByteRate, formatExact, formatRate } from "@/format/numbers";
import classes from "./rate-edge.module.css";
import { useEdgeRate } from "./store";

export type RateEdgeType = Edge<{ strategy: string }, "rate">;

/** Busier edges are thicker, by order of magnitude. */
function widthOf(rate: number | undefined): number {
  return rate === undefined || rate < 1 ? 1.5 : 1.5 + Math.min(3.5, Math.log10(rate) * 0.5);
}

function RateEdgeView(props: EdgeProps<RateEdgeType>) {
  const rate = useEdgeRate(props.id);
  const [path, x, y] = getBezierPath(props);
  const records = rate?.["records-per-second"];
  const bytes = rate?.["bytes-per-second"];
  const title =
    records == null
      ? undefined
      : `${formatExact(Math.round(records))} records/s, ${formatByteRate(bytes ?? 0)}`;
  return (
    <>
      <BaseEdge path={path} style={{ strokeWidth: widthOf(records) }} markerEnd={props.markerEnd} />
      <EdgeLabelRenderer>
        <div
          className={classes.label}
          style={{ transform: `translate(-50%, -50%) translate(${x}px, ${y}px)` }}
          title={title}
        >
          <span className={classes.strategy}>{props.data?.strategy}</span>
          {records != null && <span className={classes.rate}>{formatRate(records)}</span>}
        </div>
      </EdgeLabelRenderer>
    </>
  );
}

export const RateEdge = memo(RateEdgeView);
