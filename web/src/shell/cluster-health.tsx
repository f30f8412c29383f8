import { useQuery } from "@tanstack/react-query";
import type { Schemas } from "@/api/client";
import { jobsQuery, overviewQuery } from "@/api/cluster";
import { useConnection } from "@/api/connection";
import { plural } from "@/format/numbers";
import type { Tone } from "@/theme/states";
import { StatusDot } from "./status-dot";

const troubled = new Set(["RESTARTING", "FAILING"]);

/** The worst that is to be said about the cluster, in a word, with the reason on hover. */
export function healthOf(
  overview: Schemas["Overview"],
  jobs: Schemas["JobOverview"][],
): { tone: Tone; text: string; title: string } {
  if (overview.taskmanagers === 0) {
    return { tone: "bad", text: "No workers", title: "No worker is registered: jobs cannot run" };
  }
  const restarting = jobs.filter((job) => troubled.has(job.state)).length;
  if (restarting > 0) {
    return { tone: "bad", text: "Degraded", title: `${plural(restarting, "job")} restarting` };
  }
  const waiting = jobs.filter((job) => job.state === "CREATED" && job["status-reason"]).length;
  if (waiting > 0) {
    return { tone: "warn", text: "Waiting", title: `${plural(waiting, "job")} waiting for slots` };
  }
  return {
    tone: "good",
    text: "Healthy",
    title: `${plural(overview.taskmanagers, "worker")}, no job in trouble`,
  };
}

export function ClusterHealth() {
  const overview = useQuery(overviewQuery).data;
  const jobs = useQuery(jobsQuery).data;
  const connection = useConnection();
  if (!overview || !jobs) return null;
  const health =
    connection === "lost"
      ? { tone: "quiet" as const, text: "Unknown", title: "The coordinator does not answer" }
      : healthOf(overview, jobs);
  return <StatusDot label="Cluster" {...health} />;
}
