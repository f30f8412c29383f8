// The options that a job runs with: the cluster's, and those that it was submitted with above them.

import type { components } from "@/api/schema";

export type Setting = components["schemas"]["ConfigurationEntries"][number];

export const OWN_ORIGIN = "this job";

/** `own` overrides `cluster` where it says something else, and adds what it has alone. */
export function mergedSettings(
  cluster: readonly Setting[],
  own: Readonly<Record<string, string>>,
): Setting[] {
  const merged = cluster.map((setting) => {
    const value = own[setting.key];
    const same = value === undefined || value === setting.value;
    return same ? setting : { ...setting, value, origin: OWN_ORIGIN };
  });
  const known = new Set(cluster.map(({ key }) => key));
  for (const [key, value] of Object.entries(own)) {
    if (!known.has(key)) merged.push({ key, value, origin: OWN_ORIGIN });
  }
  return merged;
}
