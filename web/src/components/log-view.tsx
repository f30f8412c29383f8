import { Switch } from "@mantine/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, useState } from "react";
import { escapeControls } from "@/format/text";
import { LogSearch } from "./log-search";
import classes from "./log-view.module.css";
import { useLineSearch } from "./use-line-search";

interface LogViewProps {
  label: string;
  /** Without line ends. */
  lines: string[];
  /** CSS length. */
  height?: string;
}

const lineHeight = 20;

/**
 * A log: only the lines in sight are drawn, control characters are shown escaped. Following stays at
 * the end as lines come; scrolling up stops that.
 */
export function LogView({ label, lines, height }: LogViewProps) {
  const scroll = useRef<HTMLElement>(null);
  const [following, setFollowing] = useState(true);
  const search = useLineSearch(lines);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => lineHeight,
    overscan: 20,
  });

  useEffect(() => {
    if (following && lines.length > 0) virtual.scrollToIndex(lines.length - 1);
  }, [following, lines.length, virtual]);

  const goTo = (line: number | null) => {
    if (line === null) return;
    setFollowing(false);
    virtual.scrollToIndex(line, { align: "center" });
  };
  const onScroll = () => {
    const element = scroll.current;
    if (!element) return;
    const left = element.scrollHeight - element.scrollTop - element.clientHeight;
    if (left > 2 * lineHeight) setFollowing(false);
  };

  return (
    <div>
      <div className={classes.tools}>
        <LogSearch search={search} onMove={goTo} />
        <Switch
          label="Follow"
          checked={following}
          onChange={(event) => setFollowing(event.currentTarget.checked)}
        />
      </div>
      <section
        ref={scroll}
        className={classes.lines}
        style={height ? { height } : undefined}
        aria-label={label}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
        tabIndex={0}
        onWheel={onScroll}
        onTouchMove={onScroll}
        onKeyUp={onScroll}
      >
        <div style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => {
            const line = lines[item.index] ?? "";
            return (
              <div
                key={item.key}
                className={`${classes.line} ${toneOf(line)} ${markOf(search, item.index)}`}
                style={{ transform: `translateY(${item.start}px)` }}
              >
                {escapeControls(line)}
              </div>
            );
          })}
        </div>
      </section>
    </div>
  );
}

function toneOf(line: string): string | undefined {
  const head = line.slice(0, 80);
  if (/\b(error|fatal|critical)\b/i.test(head)) return classes.error;
  if (/\bwarn(ing)?\b/i.test(head)) return classes.warn;
  return "";
}

function markOf(search: { found: Set<number>; current: number | null }, line: number) {
  if (line === search.current) return classes.current;
  return search.found.has(line) ? classes.found : "";
}
