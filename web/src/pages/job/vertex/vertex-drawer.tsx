// The drawer of one vertex. Which vertex and which tab are in the address.

import { Drawer } from "@mantine/core";
import { lazy, Suspense } from "react";
import { EmptyState } from "@/components/empty-state";
import { LoadingState } from "@/components/loading-state";
import { StateBadge } from "@/components/state-badge";
import { vertexPath } from "../addresses";
import type { JobDetail, Vertex } from "../model/types";
import { TabLinks } from "../parts/tab-links";
import { AccumulatorsTab } from "./accumulators-tab";
import { BackpressureTab } from "./backpressure-tab";
import { DetailTab } from "./detail-tab";
import { StacksTab } from "./stacks-tab";
import { SubtasksTab } from "./subtasks-tab";
import { TailTab } from "./tail-tab";
import classes from "./vertex-drawer.module.css";
import { WatermarksTab } from "./watermarks-tab";
import { WorkersTab } from "./workers-tab";

const MetricsTab = lazy(async () => ({ default: (await import("./metrics-tab")).MetricsTab }));
const FlameGraphTab = lazy(async () => ({
  default: (await import("./flame-graph-tab")).FlameGraphTab,
}));

export interface VertexTabProps {
  job: JobDetail;
  vertex: Vertex;
}

const tabs = [
  { id: "detail", label: "Detail", View: DetailTab },
  { id: "subtasks", label: "Subtasks", View: SubtasksTab },
  { id: "workers", label: "Workers", View: WorkersTab },
  { id: "watermarks", label: "Watermarks", View: WatermarksTab },
  { id: "backpressure", label: "Back-pressure", View: BackpressureTab },
  { id: "metrics", label: "Metrics", View: MetricsTab },
  { id: "flamegraph", label: "Flame graph", View: FlameGraphTab },
  { id: "stacks", label: "Stacks", View: StacksTab },
  { id: "accumulators", label: "Accumulators", View: AccumulatorsTab },
  { id: "records", label: "Records", View: TailTab },
] as const;

function Content({ job, vertex, tab }: VertexTabProps & { tab: string }) {
  const { id, View } = tabs.find((candidate) => candidate.id === tab) ?? tabs[0];
  return (
    <>
      <TabLinks
        minor
        label="Views of the task"
        current={id}
        tabs={tabs.map((each) => ({
          id: each.id,
          label: each.label,
          href: vertexPath(job.jid, vertex.id, each.id),
        }))}
      />
      <div className={classes.content}>
        <Suspense fallback={<LoadingState />}>
          <View key={vertex.id} job={job} vertex={vertex} />
        </Suspense>
      </div>
    </>
  );
}

interface Props {
  job: JobDetail;
  id?: string;
  tab?: string;
  onClose: () => void;
}

export function VertexDrawer({ job, id, tab = "detail", onClose }: Props) {
  const vertex = job.vertices.find((candidate) => candidate.id === id);
  return (
    <Drawer
      opened={id !== undefined}
      onClose={onClose}
      position="right"
      size="min(64rem, 100%)"
      overlayProps={{ backgroundOpacity: 0.25 }}
      closeButtonProps={{ "aria-label": "Close the task" }}
      title={
        <span className={classes.title}>
          {vertex?.name ?? "Unknown task"}
          {vertex && <StateBadge state={vertex.status} />}
        </span>
      }
    >
      {vertex ? (
        <Content job={job} vertex={vertex} tab={tab} />
      ) : (
        id !== undefined && (
          <EmptyState title="The job has no such task">It has no task {id}.</EmptyState>
        )
      )}
    </Drawer>
  );
}
