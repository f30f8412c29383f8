import type { ReactNode } from "react";
import classes from "./stat.module.css";

interface StatProps {
  label: string;
  value: ReactNode;
  /** The exact value, on hover. */
  exact?: string;
  note?: ReactNode;
}

/** One number with its name. Stats stand in a Stats. */
export function Stat({ label, value, exact, note }: StatProps) {
  return (
    <div className={classes.stat}>
      <dt className={classes.label}>{label}</dt>
      <dd className={classes.value} title={exact}>
        {value}
      </dd>
      {note && <dd className={`${classes.value} ${classes.note}`}>{note}</dd>}
    </div>
  );
}

export function Stats({ children }: { children: ReactNode }) {
  return <dl className={classes.row}>{children}</dl>;
}
