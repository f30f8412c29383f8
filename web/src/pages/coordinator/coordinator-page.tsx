import { useParams } from "wouter";
import { Page } from "@/components/page";
import { type RouteTab, RouteTabs } from "@/components/route-tabs";
import { LogListPanel } from "@/pages/process/log-list-panel";
import { LogPanel } from "@/pages/process/log-panel";
import { MetricsPanel } from "@/pages/process/metrics-panel";
import { coordinator } from "@/pages/process/process";
import { ThreadsPanel } from "@/pages/process/threads-panel";
import { ConfigurationPanel } from "./configuration-panel";
import { EnvironmentPanel } from "./environment-panel";

const tabs: RouteTab[] = [
  { path: "configuration", name: "Configuration", content: () => <ConfigurationPanel /> },
  { path: "environment", name: "Environment", content: () => <EnvironmentPanel /> },
  { path: "metrics", name: "Metrics", content: () => <MetricsPanel process={coordinator} /> },
  { path: "log", name: "Log", content: () => <LogPanel process={coordinator} file="log" /> },
  {
    path: "stdout",
    name: "Stdout",
    content: () => <LogPanel process={coordinator} file="stdout" />,
  },
  { path: "logs", name: "Log files", content: () => <LogListPanel process={coordinator} /> },
  { path: "threads", name: "Threads", content: () => <ThreadsPanel process={coordinator} /> },
];

export function CoordinatorPage() {
  const { tab } = useParams<{ tab?: string }>();
  return (
    <Page title="Coordinator" note="Accepts jobs and runs them. Flink calls it the Job Manager.">
      <RouteTabs label="About the coordinator" base="/coordinator" current={tab} tabs={tabs} />
    </Page>
  );
}
