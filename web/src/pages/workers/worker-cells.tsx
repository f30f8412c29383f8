import { Anchor, Code } from "@mantine/core";
import { Link } from "wouter";
import type { Schemas } from "@/api/client";
import { formatBytes, formatExact, formatPercent } from "@/format/numbers";
import { shortId } from "@/format/text";

export type Worker = Schemas["TaskManager"];

export const workerPath = (worker: string): string => `/workers/${worker}`;

export function WorkerName({ worker }: { worker: Worker }) {
  return (
    <Anchor component={Link} href={workerPath(worker.id)} fw={600} size="sm" title={worker.id}>
      {worker.path} <Code>{shortId(worker.id)}</Code>
    </Anchor>
  );
}

/** "1.2 GiB (31 %)" */
export function BytesOf({ used, total }: { used: number; total: number }) {
  return (
    <span title={`${formatExact(used)} of ${formatExact(total)} bytes`}>
      {formatBytes(used)}
      {total > 0 && ` (${formatPercent(used / total)})`}
    </span>
  );
}
