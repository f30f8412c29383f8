import type { Schemas } from "@/api/client";
import { Card } from "@/components/card";
import { Stat, Stats } from "@/components/stat";
import { StateBadge } from "@/components/state-badge";
import { isEnded } from "@/theme/states";
import classes from "./overview.module.css";

/** How many jobs are in each state. */
export function countStates(jobs: { state: string }[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { state } of jobs) counts.set(state, (counts.get(state) ?? 0) + 1);
  return counts;
}

export function JobTotals({ jobs }: { jobs: Schemas["JobOverview"][] }) {
  const counts = countStates(jobs);
  const of = (state: string) => counts.get(state) ?? 0;
  const passing = [...counts].filter(([state]) => state !== "RUNNING" && !isEnded(state));
  return (
    <Card title="Jobs">
      <Stats>
        <Stat label="Running" value={of("RUNNING")} />
        <Stat label="Finished" value={of("FINISHED")} />
        <Stat label="Cancelled" value={of("CANCELED")} />
        <Stat label="Failed" value={of("FAILED")} />
      </Stats>
      {passing.length > 0 && (
        <div className={classes.states}>
          {passing.map(([state, count]) => (
            <span key={state}>
              {count} <StateBadge state={state} />
            </span>
          ))}
        </div>
      )}
    </Card>
  );
}
