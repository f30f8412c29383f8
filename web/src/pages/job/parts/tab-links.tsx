import { Link } from "wouter";
import classes from "./tab-links.module.css";

export interface Tab {
  id: string;
  label: string;
  href: string;
  /** After the label: how many there are. */
  count?: number;
}

interface Props {
  label: string;
  tabs: readonly Tab[];
  current: string;
  /** Tabs of a part of a page rather than of the page. */
  minor?: boolean;
}

/** Tabs that are addresses: they can be opened elsewhere, kept and gone back to. */
export function TabLinks({ label, tabs, current, minor }: Props) {
  return (
    <nav className={`${classes.tabs} ${minor ? classes.minor : ""}`} aria-label={label}>
      {tabs.map((tab) => (
        <Link
          key={tab.id}
          href={tab.href}
          className={classes.tab}
          aria-current={tab.id === current ? "page" : undefined}
        >
          {tab.label}
          {tab.count !== undefined && tab.count > 0 && (
            <span className={classes.count}>{tab.count}</span>
          )}
        </Link>
      ))}
    </nav>
  );
}
