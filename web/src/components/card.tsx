import type { ReactNode } from "react";
import classes from "./card.module.css";

interface CardProps {
  title?: string;
  /** At the right of the title. */
  actions?: ReactNode;
  children: ReactNode;
}

/** A part of a page, with a heading of its own. */
export function Card({ title, actions, children }: CardProps) {
  return (
    <section className={classes.card} aria-label={title}>
      {(title || actions) && (
        <div className={classes.head}>
          {title && <h2 className={classes.title}>{title}</h2>}
          {actions}
        </div>
      )}
      {children}
    </section>
  );
}
