import { Fragment, type ReactNode } from "react";
import classes from "./key-value-table.module.css";

/** Names and values below each other. */
export function KeyValueTable({ entries }: { entries: [name: string, value: ReactNode][] }) {
  return (
    <dl className={classes.list}>
      {entries.map(([name, value]) => (
        <Fragment key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </Fragment>
      ))}
    </dl>
  );
}
