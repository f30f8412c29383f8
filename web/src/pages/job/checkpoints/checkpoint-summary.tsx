import { Card } from "@/components/card";
import { EmptyState } from "@/components/empty-state";
import { Bytes, Duration } from "../parts/quantity";
import type { CheckpointsProps } from "./checkpoint-words";
import { StatisticsTable } from "./statistics-table";

export function CheckpointSummary({ checkpoints }: CheckpointsProps) {
  const { summary, counts } = checkpoints;
  if (counts.completed === 0) {
    return <EmptyState title="No checkpoint has been completed yet" />;
  }
  return (
    <Card title="Over the completed checkpoints that are remembered">
      <StatisticsTable
        label="Summary of the checkpoints"
        rows={[
          { name: "From trigger to end", statistics: summary.end_to_end_duration, Value: Duration },
          { name: "Written for it", statistics: summary.checkpointed_size, Value: Bytes },
          { name: "State in all", statistics: summary.state_size, Value: Bytes },
        ]}
      />
    </Card>
  );
}
