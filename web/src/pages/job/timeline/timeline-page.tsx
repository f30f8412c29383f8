import { SegmentedControl } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { Card } from "@/components/card";
import { windowOf } from "../model/timeline";
import type { JobDetail } from "../model/types";
import { JobQueryView } from "../parts/job-query-view";
import { eventsQuery, timelineQuery } from "../queries";
import classes from "./timeline.module.css";
import { rowsOf, type Timeline } from "./timeline-rows";
import { TimelineView } from "./timeline-view";

const ranges = [
  { value: "all", label: "All" },
  { value: "3600000", label: "1 h" },
  { value: "600000", label: "10 min" },
  { value: "60000", label: "1 min" },
];

function Rows({ job, timeline }: { job: JobDetail; timeline: Timeline }) {
  const { data: events } = useQuery(eventsQuery(job.jid));
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const [range, setRange] = useState("all");
  const rows = useMemo(
    () => rowsOf(job, events?.events ?? [], timeline, opened),
    [job, events, timeline, opened],
  );
  const all = windowOf(
    rows.map((row) => row.spans),
    job.now,
  );
  const shown = Number(range);
  const window =
    range === "all" ? all : { start: Math.max(all.start, all.end - shown), end: all.end };
  const toggle = (id: string) => {
    const next = new Set(opened);
    if (!next.delete(id)) next.add(id);
    setOpened(next);
  };
  return (
    <Card
      title="States over time"
      actions={
        <SegmentedControl
          size="xs"
          aria-label="How much of the time"
          data={ranges}
          value={range}
          onChange={setRange}
        />
      }
    >
      <TimelineView rows={rows} window={window} onToggle={toggle} />
      {timeline.truncated && (
        <p className={classes.note}>Older attempts are no longer remembered.</p>
      )}
    </Card>
  );
}

export function TimelinePage({ job }: { job: JobDetail }) {
  const query = useQuery(timelineQuery(job.jid));
  return (
    <JobQueryView query={query} error="The timeline could not be read" lines={8}>
      {(timeline) => <Rows job={job} timeline={timeline} />}
    </JobQueryView>
  );
}
