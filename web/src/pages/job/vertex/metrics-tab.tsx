// Charts of a task: the last five minutes, which the coordinator remembers, and any metric from now on.

import { MultiSelect } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { EmptyState } from "@/components/empty-state";
import {
  formatByteRate,
  formatBytes,
  formatCount,
  formatPercent,
  formatRate,
} from "@/format/numbers";
import { formatDuration, formatTime } from "@/format/times";
import {
  type ChartRows,
  type History,
  historyRows,
  metricNames,
  Recorder,
  type Unit,
  unitOf,
} from "../model/metrics";
import { Chart, type ChartSeries } from "../parts/chart";
import { JobQueryView } from "../parts/job-query-view";
import { historyQuery, metricNamesQuery, metricValuesQuery } from "../queries";
import classes from "./metrics-tab.module.css";
import type { VertexTabProps } from "./vertex-drawer";

const BLUE = "#3b82c4";
const RED = "#d8434a";
const GREEN = "#1a9a7c";
const AMBER = "#c97a0a";
const GREY = "#8a98a0";

interface Remembered {
  label: string;
  names: string[];
  series: ChartSeries[];
  format: (value: number) => string;
}

const remembered: Remembered[] = [
  {
    label: "Records per second",
    names: ["records-in-per-second", "records-out-per-second"],
    series: [
      { label: "in", color: BLUE },
      { label: "out", color: GREEN },
    ],
    format: formatRate,
  },
  {
    label: "Share of time",
    names: ["busy-ratio", "backpressured-ratio", "idle-ratio"],
    series: [
      { label: "busy", color: RED },
      { label: "back-pressured", color: GREY },
      { label: "idle", color: BLUE },
    ],
    format: formatPercent,
  },
  {
    label: "Watermark lag",
    names: ["watermark-lag"],
    series: [{ label: "lag", color: AMBER }],
    format: formatDuration,
  },
  {
    label: "Bytes per second",
    names: ["bytes-in-per-second", "bytes-out-per-second"],
    series: [
      { label: "in", color: BLUE },
      { label: "out", color: GREEN },
    ],
    format: formatByteRate,
  },
];

const formats: Record<Unit, (value: number) => string> = {
  count: formatCount,
  bytes: formatBytes,
  millis: formatDuration,
  share: formatPercent,
  time: formatTime,
  "per-second": formatRate,
};

function RememberedChart({ chart, history }: { chart: Remembered; history: History }) {
  const rows = useMemo(() => historyRows(history, chart.names), [history, chart]);
  return <Chart label={chart.label} series={chart.series} rows={rows} format={chart.format} />;
}

/** Rows of the picked metrics: the least, the mean and the most over the subtasks. */
function useRecorded({ job, vertex }: VertexTabProps, names: readonly string[]) {
  const { data, dataUpdatedAt } = useQuery(metricValuesQuery(job.jid, vertex.id, names));
  const [recorder] = useState(() => new Recorder());
  const [rows, setRows] = useState<ReadonlyMap<string, ChartRows>>(new Map());
  useEffect(() => {
    if (!data) return;
    const sample = new Map<string, number>();
    for (const { id, min, avg, max } of data) {
      sample.set(`${id} min`, min ?? 0);
      sample.set(`${id} avg`, avg ?? 0);
      sample.set(`${id} max`, max ?? 0);
    }
    recorder.add(dataUpdatedAt, sample);
    setRows(
      new Map(data.map(({ id }) => [id, recorder.rows([`${id} min`, `${id} avg`, `${id} max`])])),
    );
  }, [data, dataUpdatedAt, recorder]);
  return rows;
}

const spread: ChartSeries[] = [
  { label: "min", color: GREY },
  { label: "mean", color: BLUE },
  { label: "max", color: RED },
];

function Picked(props: VertexTabProps) {
  const { job, vertex } = props;
  const query = useQuery(metricNamesQuery(job.jid, vertex.id));
  const names = useMemo(() => metricNames((query.data ?? []).map(({ id }) => id)), [query.data]);
  const [picked, setPicked] = useState<string[]>([]);
  const rows = useRecorded(props, picked);
  return (
    <>
      <MultiSelect
        label="More metrics"
        description="Recorded from the moment they are picked; over all subtasks."
        placeholder={picked.length === 0 ? "pick metrics" : undefined}
        data={names}
        value={picked}
        onChange={setPicked}
        searchable
        clearable
        maxValues={8}
      />
      <div className={classes.charts}>
        {picked.map((name) => {
          const data = rows.get(name);
          return data ? (
            <Chart
              key={name}
              label={name}
              series={spread}
              rows={data}
              format={formats[unitOf(name)]}
            />
          ) : (
            <EmptyState key={name} title={name}>
              Waiting for the first value.
            </EmptyState>
          );
        })}
      </div>
    </>
  );
}

export function MetricsTab(props: VertexTabProps) {
  const { job, vertex } = props;
  const query = useQuery(historyQuery(job.jid, vertex.id));
  return (
    <>
      <JobQueryView query={query} error="The history could not be read" lines={8}>
        {(history) => (
          <div className={classes.charts}>
            {remembered.map((chart) => (
              <RememberedChart key={chart.label} chart={chart} history={history} />
            ))}
          </div>
        )}
      </JobQueryView>
      <Picked {...props} />
    </>
  );
}
