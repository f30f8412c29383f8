// The first page of a job: its graph, or the same as a table, and the drawer of one vertex over it.

import { Button, SegmentedControl } from "@mantine/core";
import { useLocalStorage } from "@mantine/hooks";
import { IconFlame, IconHourglassHigh } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useCallback, useMemo } from "react";
import { useLocation } from "wouter";
import { EmptyState } from "@/components/empty-state";
import { LoadingState } from "@/components/loading-state";
import { formatPercent } from "@/format/numbers";
import { formatDuration } from "@/format/times";
import { jobPath, vertexPath } from "../addresses";
import type { Bottleneck, JobDetail, WatermarkHolder } from "../model/types";
import { Callout } from "../parts/callout";
import { bottleneckQuery } from "../queries";
import { VertexDrawer } from "../vertex/vertex-drawer";
import classes from "./graph-page.module.css";
import { LoadLegend } from "./load-legend";
import type { GraphMarks } from "./marks";
import { VertexTable } from "./vertex-table";

const Graph = lazy(async () => ({ default: (await import("./graph")).Graph }));

function BottleneckCallout({ found, open }: { found: Bottleneck; open: (id: string) => void }) {
  return (
    <Callout
      tone="bad"
      icon={<IconFlame size={20} />}
      title={`Bottleneck: ${found.name}, busy ${formatPercent(found["busy-ratio"])}`}
      actions={
        <Button variant="default" size="xs" onClick={() => open(found.vertex)}>
          Look into it
        </Button>
      }
    >
      {found.reason}
      {found.hint && (
        <>
          .<br />
          <strong>What to do:</strong> {found.hint}
        </>
      )}
    </Callout>
  );
}

function HolderCallout({ held, open }: { held: WatermarkHolder; open: (id: string) => void }) {
  const who = `${held.name}, subtask ${held.subtask}${held.split ? `, split ${held.split}` : ""}`;
  return (
    <Callout
      tone="warn"
      icon={<IconHourglassHigh size={20} />}
      title={`The watermark is held by ${who}, for ${formatDuration(held.since)}`}
      actions={
        <Button variant="default" size="xs" onClick={() => open(held.vertex)}>
          Look into it
        </Button>
      }
    >
      {held.reason}
    </Callout>
  );
}

interface Props {
  job: JobDetail;
  vertex?: string;
  tab?: string;
}

export function GraphPage({ job, vertex, tab }: Props) {
  const [view, setView] = useLocalStorage<"graph" | "table">({
    key: "penstock.job-view",
    defaultValue: "graph",
  });
  const [, navigate] = useLocation();
  const running = job.state === "RUNNING";
  const { data } = useQuery({ ...bottleneckQuery(job.jid), enabled: running });
  const bottleneck = running ? (data?.bottleneck ?? job.bottleneck) : null;
  const holder = running ? data?.["watermark-holder"] : null;
  const open = useCallback((id: string) => navigate(vertexPath(job.jid, id)), [navigate, job.jid]);
  const close = useCallback(() => navigate(jobPath(job.jid)), [navigate, job.jid]);
  const marks = useMemo(
    (): GraphMarks => ({
      open,
      ...(bottleneck ? { bottleneck: bottleneck.vertex } : {}),
      ...(holder ? { watermarkHolder: holder.vertex } : {}),
      ...(vertex ? { selected: vertex } : {}),
    }),
    [open, bottleneck, holder, vertex],
  );
  if (job.vertices.length === 0) return <EmptyState title="The job has no tasks" />;
  return (
    <>
      {bottleneck && <BottleneckCallout found={bottleneck} open={open} />}
      {holder && <HolderCallout held={holder} open={open} />}
      <div className={classes.tools}>
        <LoadLegend />
        <SegmentedControl
          size="xs"
          aria-label="View"
          value={view}
          onChange={(value) => setView(value as "graph" | "table")}
          data={[
            { value: "graph", label: "Graph" },
            { value: "table", label: "Table" },
          ]}
        />
      </div>
      {view === "graph" ? (
        <Suspense fallback={<LoadingState lines={8} />}>
          <Graph job={job} marks={marks} />
        </Suspense>
      ) : (
        <VertexTable job={job} marks={marks} />
      )}
      <VertexDrawer job={job} id={vertex} tab={tab} onClose={close} />
    </>
  );
}
