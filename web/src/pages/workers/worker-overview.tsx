import { Code } from "@mantine/core";
import type { Schemas } from "@/api/client";
import { Card } from "@/components/card";
import { KeyValueTable } from "@/components/key-value-table";
import { Stat, Stats } from "@/components/stat";
import { formatBytes, formatExact } from "@/format/numbers";
import { MemoryCard } from "./memory-card";
import { WorkerJobs } from "./worker-jobs";
import { WorkerLoad } from "./worker-load";
import classes from "./workers.module.css";

type WorkerDetail = Schemas["TaskManagerDetail"];

export function WorkerOverview({ worker }: { worker: WorkerDetail }) {
  return (
    <div className={classes.grid}>
      <div className={classes.column}>
        <MemoryCard worker={worker} />
        <WorkerJobs worker={worker} />
      </div>
      <div className={classes.column}>
        <Card title="Slots and processor">
          <Stats>
            <Stat label="Slots" value={worker.slotsNumber} />
            <Stat label="Free slots" value={worker.freeSlots} />
            <WorkerLoad worker={worker.id} cores={worker.hardware.cpuCores} />
          </Stats>
        </Card>
        <Identity worker={worker} />
      </div>
    </div>
  );
}

function Identity({ worker }: { worker: WorkerDetail }) {
  const memory = worker.hardware.physicalMemory;
  return (
    <Card title="Process and machine">
      <KeyValueTable
        entries={[
          ["Id", <Code key="id">{worker.id}</Code>],
          ["Host", worker.path],
          ["Process", worker.pid],
          ["CPU cores", worker.hardware.cpuCores],
          [
            "Memory of the machine",
            <span key="memory" title={`${formatExact(memory)} bytes`}>
              {formatBytes(memory)}
            </span>,
          ],
          ["Data directory", <Code key="directory">{worker.dataDirectory}</Code>],
        ]}
      />
    </Card>
  );
}
