import { useQuery } from "@tanstack/react-query";
import { useParams } from "wouter";
import type { Schemas } from "@/api/client";
import { workerQuery } from "@/api/cluster";
import { Page } from "@/components/page";
import { QueryView } from "@/components/query-view";
import { type RouteTab, RouteTabs } from "@/components/route-tabs";
import { TimeAgo } from "@/components/time-ago";
import { shortId } from "@/format/text";
import { LogListPanel } from "@/pages/process/log-list-panel";
import { LogPanel } from "@/pages/process/log-panel";
import { MetricsPanel } from "@/pages/process/metrics-panel";
import { workerProcess } from "@/pages/process/process";
import { ThreadsPanel } from "@/pages/process/threads-panel";
import { workerPath } from "./worker-cells";
import { WorkerOverview } from "./worker-overview";

function tabsOf(worker: Schemas["TaskManagerDetail"]): RouteTab[] {
  const process = workerProcess(worker.id);
  return [
    { path: "overview", name: "Overview", content: () => <WorkerOverview worker={worker} /> },
    { path: "metrics", name: "Metrics", content: () => <MetricsPanel process={process} /> },
    { path: "log", name: "Log", content: () => <LogPanel process={process} file="log" /> },
    { path: "stdout", name: "Stdout", content: () => <LogPanel process={process} file="stdout" /> },
    { path: "logs", name: "Log files", content: () => <LogListPanel process={process} /> },
    { path: "threads", name: "Threads", content: () => <ThreadsPanel process={process} /> },
  ];
}

export function WorkerPage() {
  const { worker: id = "", tab } = useParams<{ worker: string; tab?: string }>();
  const query = useQuery({ ...workerQuery(id), refetchInterval: 2000 });
  return (
    <Page
      title={`Worker ${shortId(id)}`}
      note={
        query.data && (
          <>
            {query.data.path}, process {query.data.pid}, last heartbeat{" "}
            <TimeAgo time={query.data.timeSinceLastHeartbeat} />
          </>
        )
      }
    >
      <QueryView query={query} error="The worker could not be read">
        {(worker) => (
          <RouteTabs
            label="About this worker"
            base={workerPath(id)}
            current={tab}
            tabs={tabsOf(worker)}
          />
        )}
      </QueryView>
    </Page>
  );
}
