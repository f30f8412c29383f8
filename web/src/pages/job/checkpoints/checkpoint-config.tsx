import { useQuery } from "@tanstack/react-query";
import { Card } from "@/components/card";
import { KeyValueTable } from "@/components/key-value-table";
import { formatExact } from "@/format/numbers";
import { formatDuration } from "@/format/times";
import type { JobDetail } from "../model/types";
import { CopyId } from "../parts/copy-id";
import { JobQueryView } from "../parts/job-query-view";
import { checkpointConfigQuery } from "../queries";

/** Flink's largest number stands for "off" and for "no limit". */
const isLimit = (value: number) => value > 1e15;

export function CheckpointConfig({ job }: { job: JobDetail }) {
  const query = useQuery(checkpointConfigQuery(job.jid));
  return (
    <Card title="Configuration of checkpoints">
      <JobQueryView query={query} error="The configuration could not be read">
        {(config) => (
          <KeyValueTable
            entries={[
              ["Mode", config.mode.replaceAll("_", " ")],
              ["Interval", isLimit(config.interval) ? "off" : formatDuration(config.interval)],
              ["Time-out", formatDuration(config.timeout)],
              ["Pause between two", formatDuration(config.min_pause)],
              ["At the same time", config.max_concurrent],
              ["Kept", config.retained],
              [
                "Failures tolerated",
                config.tolerable_failed_checkpoints >= 2 ** 31 - 1 ||
                config.tolerable_failed_checkpoints < 0
                  ? "any number, with a warning"
                  : formatExact(config.tolerable_failed_checkpoints),
              ],
              [
                "When the job is cancelled",
                config.externalization.enabled && !config.externalization.delete_on_cancellation
                  ? "they are kept"
                  : "they are deleted",
              ],
              ["State backend", config.state_backend],
              ["Storage", config.checkpoint_storage],
              ["Directory", <CopyId key="directory" label="directory" value={config.directory} />],
            ]}
          />
        )}
      </JobQueryView>
    </Card>
  );
}
