import { useCallback, useEffect, useRef, useState } from "react";
import { errorOf } from "@/api/error";
import { EMPTY_TAIL, type Tail, withDropped, withRecords } from "../model/tail";

export type TailState = { kind: "off" } | { kind: "on" } | { kind: "failed"; message: string };

/** Records are drawn this often, however fast they come. */
const DRAW_MILLIS = 200;

/** An event stream does not tell why it was refused; asking once more does. */
async function refusalOf(address: string): Promise<string> {
  const control = new AbortController();
  try {
    const response = await fetch(address, { signal: control.signal });
    if (response.ok) return "the stream has ended";
    const { message, hint } = errorOf(response.status, await response.json().catch(() => null));
    return hint ? `${message} (${hint})` : message;
  } catch {
    return "the coordinator does not answer";
  } finally {
    control.abort();
  }
}

/** The records that leave an operator, from `start` until `stop` or until the viewer has gone. */
export function useTail(job: string, vertex: string) {
  const [tail, setTail] = useState<Tail>(EMPTY_TAIL);
  const [state, setState] = useState<TailState>({ kind: "off" });
  const end = useRef<() => void>(() => undefined);

  const stop = useCallback(() => {
    end.current();
    end.current = () => undefined;
    setState({ kind: "off" });
  }, []);

  const start = useCallback(
    (operator: string | null) => {
      end.current();
      const query = operator ? `?operator=${encodeURIComponent(operator)}` : "";
      const address = `/jobs/${job}/vertices/${vertex}/records${query}`;
      const source = new EventSource(address);
      let waiting: string[] = [];
      const draw = window.setInterval(() => {
        const messages = waiting;
        waiting = [];
        if (messages.length > 0) setTail((before) => withRecords(before, messages));
      }, DRAW_MILLIS);
      const close = () => {
        source.close();
        window.clearInterval(draw);
      };
      source.addEventListener("record", ({ data }) => waiting.push(data));
      source.addEventListener("dropped", ({ data }) =>
        setTail((before) => withDropped(before, data)),
      );
      source.onerror = async () => {
        close();
        const message = await refusalOf(address);
        setState((now) => (now.kind === "on" ? { kind: "failed", message } : now));
      };
      end.current = close;
      setTail(EMPTY_TAIL);
      setState({ kind: "on" });
    },
    [job, vertex],
  );

  useEffect(() => () => end.current(), []);
  return { tail, state, start, stop };
}
