import { useEffect, useState } from "react";
import { readLogPart } from "@/api/log-part";
import { appendText, type LogLines, noLines } from "./log-lines";

const pollMillis = 1000;

interface Log extends LogLines {
  loaded: boolean;
  /** Bytes of the file before the first line that is shown. */
  skipped: number;
  error: unknown;
}

const nothing: Log = { ...noLines, loaded: false, skipped: 0, error: null };

/** Follows the log at `path` from its end on: reads what is new each second. */
export function useLog(path: string): Log {
  const [log, setLog] = useState<Log>(nothing);
  useEffect(() => {
    const abort = new AbortController();
    let timer: number | undefined;
    let offset: number | null = null;

    const read = async () => {
      const part = await readLogPart(path, offset, abort.signal);
      const restarted = offset !== null && part.size < offset;
      const first = offset === null;
      offset = restarted ? null : part.next;
      if (restarted) return setLog(nothing);
      setLog((before) => ({
        ...appendText(before, part.text),
        loaded: true,
        skipped: first ? part.offset : before.skipped,
        error: null,
      }));
    };
    const follow = async () => {
      try {
        await read();
      } catch (error) {
        if (abort.signal.aborted) return;
        setLog((before) => ({ ...before, error }));
      }
      if (!abort.signal.aborted) timer = window.setTimeout(follow, pollMillis);
    };

    setLog(nothing);
    follow();
    return () => {
      abort.abort();
      window.clearTimeout(timer);
    };
  }, [path]);
  return log;
}
