import {
  IconGauge,
  IconServer2,
  IconSettings,
  IconTimelineEventText,
  IconUpload,
  type TablerIcon,
} from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useLocation } from "wouter";
import { overviewQuery } from "@/api/cluster";
import classes from "./shell.module.css";

interface Item {
  path: string;
  name: string;
  icon: TablerIcon;
  /** What Flink's dashboard calls it. */
  flink?: string;
}

const items: Item[] = [
  { path: "/", name: "Overview", icon: IconGauge },
  { path: "/jobs", name: "Jobs", icon: IconTimelineEventText },
  { path: "/workers", name: "Workers", icon: IconServer2, flink: "Task Managers" },
  { path: "/coordinator", name: "Coordinator", icon: IconSettings, flink: "Job Manager" },
  { path: "/submit", name: "Submit a job", icon: IconUpload },
];

function isWithin(path: string, location: string): boolean {
  return path === "/" ? location === "/" : location === path || location.startsWith(`${path}/`);
}

export function Navigation() {
  const [location] = useLocation();
  const version = useQuery(overviewQuery).data?.["flink-version"];
  return (
    <>
      <div className={classes.nav}>
        {items.map(({ path, name, icon: Icon, flink }) => (
          <Link
            key={path}
            href={path}
            className={classes.item}
            aria-current={isWithin(path, location) ? "page" : undefined}
          >
            <Icon size={18} stroke={1.7} aria-hidden />
            {name}
            {flink && (
              <span className={classes.flink} title={`Flink's ${flink}`}>
                {flink}
              </span>
            )}
          </Link>
        ))}
      </div>
      {version && <div className={classes.version}>Penstock {version}</div>}
    </>
  );
}
