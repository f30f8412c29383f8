// Times and durations for people. All arguments are milliseconds.

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** "350 ms", "3.2 s", "12 s", "4 min 10 s", "2 h 5 min", "3 d 4 h"; "–" when there is none. */
export function formatDuration(millis: number | null | undefined): string {
  if (millis == null || !Number.isFinite(millis) || millis < 0) return "–";
  if (millis < second) return `${Math.round(millis)} ms`;
  if (millis < 10 * second) return `${Number((millis / second).toFixed(1))} s`;
  if (millis < minute) return `${Math.floor(millis / second)} s`;
  if (millis < hour) return two(millis, minute, "min", second, "s");
  if (millis < day) return two(millis, hour, "h", minute, "min");
  return two(millis, day, "d", hour, "h");
}

function two(millis: number, big: number, bigName: string, small: number, smallName: string) {
  const rest = Math.floor((millis % big) / small);
  const head = `${Math.floor(millis / big)} ${bigName}`;
  return rest === 0 ? head : `${head} ${rest} ${smallName}`;
}

/** "just now", "12 s ago", "3 min ago", "2 h ago", "5 d ago"; "in 3 min" for what is to come. */
export function formatAgo(time: number, now: number): string {
  const distance = Math.abs(now - time);
  if (distance < 2 * second) return "just now";
  const text =
    distance < minute
      ? `${Math.floor(distance / second)} s`
      : distance < hour
        ? `${Math.floor(distance / minute)} min`
        : distance < day
          ? `${Math.floor(distance / hour)} h`
          : `${Math.floor(distance / day)} d`;
  return time > now ? `in ${text}` : `${text} ago`;
}

const pad = (value: number, width = 2) => String(value).padStart(width, "0");

/** Local time to the millisecond with its zone: "2026-03-04 05:06:07.089 +01:00". */
export function formatExactTime(time: number): string {
  const date = new Date(time);
  const offset = -date.getTimezoneOffset();
  const zone = `${offset < 0 ? "-" : "+"}${pad(Math.floor(Math.abs(offset) / 60))}:${pad(Math.abs(offset) % 60)}`;
  return `${formatDate(date)} ${formatClock(date)}.${pad(date.getMilliseconds(), 3)} ${zone}`;
}

function formatDate(date: Date): string {
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
}

function formatClock(date: Date): string {
  return `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
}

/** "2026-03-04 05:06:07", in local time. */
export function formatTime(time: number): string {
  const date = new Date(time);
  return `${formatDate(date)} ${formatClock(date)}`;
}
