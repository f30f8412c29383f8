import type { ReactNode } from "react";
import classes from "./callout.module.css";

interface Props {
  tone: "bad" | "warn" | "busy" | "good";
  icon?: ReactNode;
  title: ReactNode;
  children?: ReactNode;
  /** Buttons at the end. */
  actions?: ReactNode;
  /** Spoken when it appears. */
  live?: boolean;
}

/** Something about the job that the user should know now. */
export function Callout({ tone, icon, title, children, actions, live }: Props) {
  return (
    <div className={classes.callout} data-tone={tone} role={live ? "status" : "note"}>
      {icon && <span className={classes.icon}>{icon}</span>}
      <div className={classes.body}>
        <p className={classes.title}>{title}</p>
        {children && <div className={classes.text}>{children}</div>}
      </div>
      {actions && <div className={classes.actions}>{actions}</div>}
    </div>
  );
}
