import { formatAgo, formatExactTime } from "@/format/times";
import { useNow } from "@/format/use-now";

/** "3 min ago", with the exact time on hover; a dash for times that are not known. */
export function TimeAgo({ time }: { time: number | null | undefined }) {
  const now = useNow();
  if (time == null || time <= 0) return <span>–</span>;
  return (
    <time dateTime={new Date(time).toISOString()} title={formatExactTime(time)}>
      {formatAgo(time, Math.max(now, time))}
    </time>
  );
}
