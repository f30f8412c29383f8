import flamegraph from "d3-flame-graph";
import { select } from "d3-selection";
import { useEffect, useRef } from "react";
import type { FlameNode } from "../model/flame";
import classes from "./flame-graph.module.css";

interface Props {
  data: FlameNode;
  search: string;
}

/** Wider is longer; a click on a function shows only what it called. */
export function FlameGraph({ data, search }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const chart = useRef<ReturnType<typeof flamegraph>>(undefined);

  useEffect(() => {
    const element = host.current;
    if (!element) return;
    const made = flamegraph()
      .width(element.clientWidth)
      .cellHeight(20)
      .minFrameSize(2)
      .transitionDuration(200)
      .inverted(true)
      .sort(true);
    chart.current = made;
    // It hangs its own members on the nodes, which are the query's.
    select(element).datum(structuredClone(data)).call(made);
    const observer = new ResizeObserver(() => {
      if (element.clientWidth > 0) made.width(element.clientWidth).update();
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      element.replaceChildren();
    };
  }, [data]);

  useEffect(() => {
    if (search) chart.current?.search(search);
    else chart.current?.clear();
  }, [search]);

  return (
    <div
      ref={host}
      className={classes.host}
      role="img"
      aria-label="Flame graph; the table below has the same functions"
    />
  );
}
