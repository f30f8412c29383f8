import { loadColor } from "../model/load";
import classes from "./load-legend.module.css";

const scale = `linear-gradient(90deg, ${[0, 0.25, 0.5, 0.75, 1].map((busy) => loadColor(busy, 0)).join(", ")})`;

/** What the colours of nodes mean. */
export function LoadLegend() {
  return (
    <div className={classes.legend}>
      <span>idle</span>
      <span className={classes.scale} style={{ backgroundImage: scale }} />
      <span>busy</span>
      <span className={classes.pressed} />
      <span>back-pressured</span>
    </div>
  );
}
