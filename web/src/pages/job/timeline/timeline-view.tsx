import { IconChevronRight } from "@tabler/icons-react";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type CSSProperties, useRef } from "react";
import { formatDuration, formatExactTime, formatTime } from "@/format/times";
import { toneOfState } from "@/theme/states";
import { placeOf, type Span, ticksOf, type Window } from "../model/timeline";
import classes from "./timeline.module.css";
import type { TimelineRow } from "./timeline-rows";

const ROW = 34;

const percent = (share: number) => `${share * 100}%`;

function SpanBar({ span, window }: { span: Span; window: Window }) {
  const place = placeOf(span, window);
  if (!place) return null;
  const tone = toneOfState(span.state);
  const title = `${span.state} from ${formatExactTime(span.start)}, for ${formatDuration(span.end - span.start)}`;
  const style = {
    left: percent(place.left),
    width: percent(place.width),
    "--span-fill": `var(--tone-${tone}-fill)`,
    "--span-mark": `var(--tone-${tone}-mark)`,
    "--span-text": `var(--tone-${tone}-text)`,
  } as CSSProperties;
  return (
    <div className={classes.span} style={style} title={title}>
      {place.width > 0.06 && <span className={classes.state}>{span.state}</span>}
    </div>
  );
}

/** For those who do not see the bars. */
function spokenSpans(spans: readonly Span[]): string {
  if (spans.length === 0) return "not started";
  return spans.map((span) => `${span.state} ${formatDuration(span.end - span.start)}`).join(", ");
}

interface RowProps {
  row: TimelineRow;
  window: Window;
  onToggle: (id: string) => void;
}

function Row({ row, window, onToggle }: RowProps) {
  return (
    <>
      <div className={classes.label} data-kind={row.kind}>
        {row.kind === "vertex" ? (
          <button
            type="button"
            className={classes.toggle}
            aria-expanded={row.opened}
            title={row.label}
            onClick={() => onToggle(row.id)}
          >
            <IconChevronRight
              size={14}
              className={classes.chevron}
              data-opened={row.opened || undefined}
              aria-hidden
            />
            <span>{row.label}</span>
          </button>
        ) : (
          <span title={row.label}>{row.label}</span>
        )}
      </div>
      <div className={classes.track} role="img" aria-label={spokenSpans(row.spans)}>
        {row.spans.map((span) => (
          <SpanBar key={`${span.state} ${span.start}`} span={span} window={window} />
        ))}
      </div>
    </>
  );
}

function Axis({ window }: { window: Window }) {
  const length = window.end - window.start;
  const clock = (at: number) => {
    const text = formatTime(at);
    return length > 48 * 3600e3 ? text.slice(5, 16) : text.slice(11);
  };
  return (
    <div className={classes.row} aria-hidden>
      <div className={classes.label} />
      <div className={classes.axis}>
        {ticksOf(window, 6).map((at) => (
          <span key={at} style={{ left: percent((at - window.start) / length) }}>
            {clock(at)}
          </span>
        ))}
      </div>
    </div>
  );
}

interface Props {
  rows: readonly TimelineRow[];
  window: Window;
  onToggle: (id: string) => void;
}

/** Only rows in sight are drawn: a job may have thousands of subtasks. */
export function TimelineView({ rows, window, onToggle }: Props) {
  const scroll = useRef<HTMLElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW,
    overscan: 10,
    initialRect: { width: 800, height: 600 },
  });
  return (
    <>
      <Axis window={window} />
      <section
        ref={scroll}
        className={classes.scroll}
        aria-label="States of the job and its tasks over time"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
        tabIndex={0}
      >
        <div style={{ height: virtual.getTotalSize(), position: "relative" }}>
          {virtual.getVirtualItems().map((item) => {
            const row = rows[item.index];
            return (
              row && (
                <div
                  key={row.id}
                  className={classes.row}
                  style={{ position: "absolute", top: item.start, left: 0, right: 0 }}
                >
                  <Row row={row} window={window} onToggle={onToggle} />
                </div>
              )
            );
          })}
        </div>
      </section>
    </>
  );
}
