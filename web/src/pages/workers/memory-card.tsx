import { Stack } from "@mantine/core";
import type { Schemas } from "@/api/client";
import { Card } from "@/components/card";
import { Meter } from "@/components/meter";
import { MemoryTotal, usedOf } from "./memory-meter";

/** The one number of a worker's memory and the pools that are accounted under it. */
export function MemoryCard({ worker }: { worker: Schemas["TaskManager"] }) {
  const { exchange, state, user } = worker.memoryBreakdown;
  return (
    <Card title="Memory">
      <Stack gap="md">
        <MemoryTotal worker={worker} />
        <Meter
          label="State: tables and caches"
          {...usedOf(state.used, state.share)}
          max={state.share}
          parts={[
            { name: "tables", value: state.tables, tone: "good" },
            { name: "caches", value: state.cache, tone: "done" },
          ]}
        />
        <Meter
          label="Exchange: records on their way"
          {...usedOf(exchange.used, exchange.share)}
          max={exchange.share}
          parts={[{ name: "queued", value: exchange.used, tone: "good" }]}
        />
        <Meter
          label="User code, libraries and the worker itself"
          {...usedOf(user.used, user.share)}
          max={user.share}
          parts={[{ name: "used", value: user.used, tone: "good" }]}
        />
      </Stack>
    </Card>
  );
}
