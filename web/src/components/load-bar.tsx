import { formatPercent } from "@/format/numbers";
import classes from "./load-bar.module.css";

interface LoadBarProps {
  /** Each 0..1; what is left over is not known. */
  busy: number;
  backpressured: number;
  idle: number;
}

/** How a task spends its time: busy red, back-pressured black, idle blue. */
export function LoadBar({ busy, backpressured, idle }: LoadBarProps) {
  const text = `busy ${formatPercent(busy)}, back-pressured ${formatPercent(backpressured)}, idle ${formatPercent(idle)}`;
  const width = (ratio: number) => ({ width: `${Math.min(1, Math.max(0, ratio)) * 100}%` });
  return (
    <div className={classes.bar} role="img" aria-label={text} title={text}>
      <div className={classes.busy} style={width(busy)} />
      <div className={classes.backpressured} style={width(backpressured)} />
      <div className={classes.idle} style={width(idle)} />
    </div>
  );
}
