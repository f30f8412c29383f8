import { formatPercent } from "@/format/numbers";
import classes from "./skew-bar.module.css";

interface Props {
  value: number;
  /** The largest of its column. */
  most: number;
  children: React.ReactNode;
}

/** A value with a bar of its share of the largest, so that skew is seen down a column. */
export function SkewBar({ value, most, children }: Props) {
  const share = most > 0 ? value / most : 0;
  return (
    <div className={classes.cell} title={`${formatPercent(share)} of the largest`}>
      {children}
      <div className={classes.bar} style={{ width: `${share * 100}%` }} />
    </div>
  );
}
