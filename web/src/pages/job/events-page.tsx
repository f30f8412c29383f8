import { MultiSelect, SegmentedControl, Switch } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useMemo, useRef, useState } from "react";
import { Card } from "@/components/card";
import { EmptyState } from "@/components/empty-state";
import { plural } from "@/format/numbers";
import { formatExactTime, formatTime } from "@/format/times";
import classes from "./events-page.module.css";
import { filterEvents, kindsOf, type Level } from "./model/events";
import type { JobDetail, JobEvent } from "./model/types";
import { JobQueryView } from "./parts/job-query-view";
import { eventsQuery } from "./queries";

const levels = [
  { value: "INFO", label: "All" },
  { value: "WARN", label: "Warnings" },
  { value: "ERROR", label: "Errors" },
];

function EventLine({ event }: { event: JobEvent }) {
  return (
    <>
      <time className={classes.time} title={formatExactTime(event.timestamp)}>
        {formatTime(event.timestamp)}
      </time>
      <span className={classes.level}>{event.level}</span>
      <span className={classes.kind}>{event.kind}</span>
      <span className={classes.message}>{event.message}</span>
    </>
  );
}

function EventList({ events, following }: { events: readonly JobEvent[]; following: boolean }) {
  const scroll = useRef<HTMLElement>(null);
  const virtual = useVirtualizer({
    count: events.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => 32,
    overscan: 12,
    initialRect: { width: 800, height: 600 },
  });
  useEffect(() => {
    if (following && events.length > 0) virtual.scrollToIndex(events.length - 1, { align: "end" });
  }, [following, events.length, virtual]);
  return (
    <section
      ref={scroll}
      className={classes.scroll}
      aria-label="Events, oldest first"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
      tabIndex={0}
    >
      <ol className={classes.list} style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => {
          const event = events[item.index];
          return (
            event && (
              <li
                key={event.id}
                ref={virtual.measureElement}
                data-index={item.index}
                data-level={event.level}
                className={classes.event}
                style={{ transform: `translateY(${item.start}px)` }}
              >
                <EventLine event={event} />
              </li>
            )
          );
        })}
      </ol>
    </section>
  );
}

function Events({ events }: { events: JobEvent[] }) {
  const [level, setLevel] = useState<Level>("INFO");
  const [kinds, setKinds] = useState<string[]>([]);
  const [following, setFollowing] = useState(true);
  const shown = useMemo(() => filterEvents(events, level, kinds), [events, level, kinds]);
  return (
    <Card
      title="Events"
      actions={<span className={classes.count}>{plural(shown.length, "event")}</span>}
    >
      <div className={classes.tools}>
        <SegmentedControl
          size="xs"
          aria-label="Level"
          data={levels}
          value={level}
          onChange={(value) => setLevel(value as Level)}
        />
        <MultiSelect
          size="xs"
          className={classes.kinds}
          aria-label="Kinds"
          placeholder={kinds.length === 0 ? "all kinds" : undefined}
          data={kindsOf(events)}
          value={kinds}
          onChange={setKinds}
          searchable
          clearable
        />
        <Switch
          label="Follow"
          checked={following}
          onChange={(event) => setFollowing(event.currentTarget.checked)}
        />
      </div>
      {shown.length === 0 ? (
        <EmptyState title="No such events">
          Of {plural(events.length, "event")}, none is of this level and kind.
        </EmptyState>
      ) : (
        <EventList events={shown} following={following} />
      )}
    </Card>
  );
}

/** What has happened to the job, kind by kind, as it happens. */
export function EventsPage({ job }: { job: JobDetail }) {
  const query = useQuery(eventsQuery(job.jid));
  return (
    <JobQueryView query={query} error="The events could not be read" lines={8}>
      {({ events }) => <Events events={events} />}
    </JobQueryView>
  );
}
