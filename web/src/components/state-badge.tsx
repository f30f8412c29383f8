import type { CSSProperties } from "react";
import { isMoving, toneOfState } from "@/theme/states";
import classes from "./state-badge.module.css";

/** The state of a job, a task or a checkpoint, in its colour. */
export function StateBadge({ state }: { state: string }) {
  const tone = toneOfState(state);
  const style = {
    "--state-text": `var(--tone-${tone}-text)`,
    "--state-fill": `var(--tone-${tone}-fill)`,
  } as CSSProperties;
  return (
    <span
      className={`${classes.badge} ${isMoving(state) ? classes.moving : ""}`}
      style={style}
      data-state={state}
    >
      <span className={classes.dot} aria-hidden />
      {state}
    </span>
  );
}
