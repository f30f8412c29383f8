import { useQuery } from "@tanstack/react-query";
import { Stat } from "@/components/stat";
import { metricsQuery, workerProcess } from "@/pages/process/process";

const cpuLoad = "Status.CPU.Load";

/** How many cores the worker and its task hosts use; of no width while that is not known. */
export function WorkerLoad({ worker, cores }: { worker: string; cores: number }) {
  const metrics = useQuery(metricsQuery(workerProcess(worker))).data ?? [];
  const value = Number(metrics.find((metric) => metric.id === cpuLoad)?.value);
  return (
    <Stat
      label="CPU cores in use"
      value={Number.isFinite(value) ? `${value.toFixed(2)} of ${cores}` : `– of ${cores}`}
      exact="By the worker and its task hosts"
    />
  );
}
