import { useDocumentTitle } from "@mantine/hooks";
import type { ReactNode } from "react";
import classes from "./page.module.css";

interface PageProps {
  title: string;
  /** Beside the title: a state, for instance. */
  badge?: ReactNode;
  /** One line under the title. */
  note?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

/** A page: its heading, its actions and its cards below each other. */
export function Page({ title, badge, note, actions, children }: PageProps) {
  useDocumentTitle(`${title} · Penstock`);
  return (
    <>
      <div className={classes.head}>
        <div>
          <div className={classes.actions}>
            <h1 className={classes.title}>{title}</h1>
            {badge}
          </div>
          {note && <p className={classes.note}>{note}</p>}
        </div>
        {actions && <div className={classes.actions}>{actions}</div>}
      </div>
      <div className={classes.body}>{children}</div>
    </>
  );
}
