import type { ReactNode } from "react";
import classes from "./notice.module.css";

interface EmptyStateProps {
  icon?: ReactNode;
  title: string;
  /** What to do so that there is something. */
  children?: ReactNode;
}

/** In place of a list that has nothing in it. */
export function EmptyState({ icon, title, children }: EmptyStateProps) {
  return (
    <div className={classes.notice}>
      {icon}
      <p className={classes.title}>{title}</p>
      {children && <div className={classes.text}>{children}</div>}
    </div>
  );
}
