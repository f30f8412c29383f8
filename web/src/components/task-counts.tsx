import { toneOfState } from "@/theme/states";
import classes from "./task-counts.module.css";

/** How many subtasks are in each state, in the states' colours; `counts` by state in either case. */
export function TaskCounts({ counts }: { counts: Record<string, number> }) {
  const shown = Object.entries(counts).filter(([state, count]) => state !== "total" && count > 0);
  if (shown.length === 0) return <span>–</span>;
  return (
    <span className={classes.counts}>
      {shown.map(([state, count]) => {
        const tone = toneOfState(state.toUpperCase());
        return (
          <span
            key={state}
            className={classes.count}
            title={`${count} ${state.toLowerCase()}`}
            style={{
              color: `var(--tone-${tone}-text)`,
              background: `var(--tone-${tone}-fill)`,
            }}
          >
            {count}
          </span>
        );
      })}
    </span>
  );
}
