// One uPlot chart. It is made once and given new rows; hovering shows the values under the cursor.

import { useComputedColorScheme } from "@mantine/core";
import { useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { ChartRows } from "../model/metrics";
import classes from "./chart.module.css";

export interface ChartSeries {
  label: string;
  /** CSS colour. */
  color: string;
}

interface Props {
  label: string;
  series: readonly ChartSeries[];
  rows: ChartRows;
  format: (value: number) => string;
  height?: number;
}

const pad = (value: number) => String(value).padStart(2, "0");

function clock(seconds: number): string {
  const date = new Date(seconds * 1000);
  return `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
}

function optionsOf({ series, format, height = 160 }: Props, host: HTMLElement): uPlot.Options {
  const css = getComputedStyle(host);
  const text = css.getPropertyValue("--quiet-text");
  const line = css.getPropertyValue("--card-border");
  const axis = {
    stroke: text,
    grid: { stroke: line, width: 1 },
    ticks: { stroke: line, width: 1 },
  };
  return {
    width: Math.max(200, host.clientWidth),
    height,
    cursor: { y: false },
    series: [
      { value: (_, at) => (at == null ? "–" : clock(at)), label: "time" },
      ...series.map(({ label, color }) => ({
        label,
        stroke: color,
        width: 1.5,
        points: { show: false },
        value: (_: uPlot, value: number | null) => (value == null ? "–" : format(value)),
      })),
    ],
    axes: [
      { ...axis, values: (_, ticks) => ticks.map(clock), space: 80 },
      { ...axis, values: (_, ticks) => ticks.map(format), size: 84 },
    ],
    scales: { y: { range: (_, least, most) => [Math.min(0, least ?? 0), (most || 1) * 1.05] } },
  };
}

export function Chart(props: Props) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const scheme = useComputedColorScheme("light");
  const shape = JSON.stringify([props.series, props.height]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: new rows are given to the chart that is there
  useEffect(() => {
    const element = host.current;
    if (!element) return;
    const made = new uPlot(optionsOf(props, element), props.rows as uPlot.AlignedData, element);
    plot.current = made;
    const observer = new ResizeObserver(() => {
      made.setSize({ width: Math.max(200, element.clientWidth), height: made.height });
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
    };
  }, [shape, scheme]);

  useEffect(() => {
    plot.current?.setData(props.rows as uPlot.AlignedData);
  }, [props.rows]);

  return (
    <figure className={classes.figure}>
      <figcaption className={classes.caption}>{props.label}</figcaption>
      <div ref={host} className={classes.host} role="img" aria-label={`Chart: ${props.label}`} />
    </figure>
  );
}
