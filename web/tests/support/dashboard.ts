// Where the dashboard of a cluster is.

import { preview } from "vite";
import type { Cluster } from "./cluster";

export interface Dashboard {
  url: string;
  close: () => Promise<void>;
}

/** Whether the coordinator has a dashboard built into it. */
async function isEmbedded(cluster: Cluster): Promise<boolean> {
  const response = await fetch(cluster.url);
  return response.ok && (await response.text()).includes('id="root"');
}

/**
 * The dashboard that the coordinator serves; with PENSTOCK_DASHBOARD=dist, and where it serves none, the
 * bundle in dist/ before that coordinator's API.
 */
export async function openDashboard(cluster: Cluster): Promise<Dashboard> {
  if (process.env.PENSTOCK_DASHBOARD !== "dist" && (await isEmbedded(cluster))) {
    return { url: cluster.url, close: async () => undefined };
  }
  process.env.PENSTOCK_URL = cluster.url;
  const server = await preview({
    root: new URL("../..", import.meta.url).pathname,
    preview: { port: 0, host: "127.0.0.1" },
    logLevel: "silent",
  });
  const url = server.resolvedUrls?.local[0];
  if (!url) throw new Error("the bundle in dist/ is not served; run 'npm run build'");
  return { url: url.replace(/\/$/, ""), close: () => server.close() };
}
