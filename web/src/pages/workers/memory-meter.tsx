import type { Schemas } from "@/api/client";
import { Meter } from "@/components/meter";
import { formatBytes, formatExact, formatPercent } from "@/format/numbers";

/** "1.2 GiB of 4 GiB" */
export function usedOf(used: number, total: number): { text: string; exact: string } {
  return {
    text: `${formatBytes(used)} of ${formatBytes(total)} (${formatPercent(total > 0 ? used / total : 0)})`,
    exact: `${formatExact(used)} of ${formatExact(total)} bytes`,
  };
}

/** A worker's memory in one line. */
export function MemoryTotal({ worker }: { worker: Schemas["TaskManager"] }) {
  return (
    <Meter
      label="Memory"
      {...usedOf(worker.residentBytes, worker.memory)}
      max={worker.memory}
      parts={[
        {
          name: "resident",
          value: worker.residentBytes,
          tone: worker.residentBytes > 0.9 * worker.memory ? "bad" : "busy",
        },
      ]}
    />
  );
}
