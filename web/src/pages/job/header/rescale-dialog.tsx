import { Loader, NumberInput, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { overviewQuery } from "@/api/cluster";
import { ConfirmDialog } from "@/components/confirm-dialog";
import { ErrorState } from "@/components/error-state";
import { plural } from "@/format/numbers";
import { rescaleJob } from "../operations";
import { requirementsQuery } from "../queries";
import type { DialogProps } from "./snapshot-dialogs";

export function RescaleDialog({ job, ...dialog }: DialogProps) {
  const requirements = useQuery({ ...requirementsQuery(job.jid), enabled: dialog.opened });
  const overview = useQuery(overviewQuery);
  const now = Math.max(1, ...job.vertices.map((vertex) => vertex.parallelism));
  const [wanted, setWanted] = useState<number | string>(now);
  const free = overview.data?.["slots-available"];
  const parallelism = Number(wanted);
  const vertices = Object.keys(requirements.data ?? {});
  const tooMany = free !== undefined && parallelism > now + free;
  return (
    <ConfirmDialog
      {...dialog}
      title={`Rescale ${job.name}`}
      action="Rescale"
      onConfirm={() => rescaleJob(job.jid, vertices, parallelism)}
    >
      <Stack>
        <Text size="sm">
          A checkpoint is taken, the tasks end, and the job goes on from it with the new
          parallelism: nothing is lost and nothing is counted twice. That takes about a second, more
          with much state. Operators with a parallelism of their own keep it.
        </Text>
        {requirements.isPending && <Loader size="sm" />}
        {requirements.error && <ErrorState error={requirements.error} />}
        <NumberInput
          label="Parallelism"
          description={
            free === undefined
              ? `now ${now}`
              : `now ${now}; ${plural(free, "slot is", "slots are")} free`
          }
          min={1}
          max={job.maxParallelism ?? 32768}
          allowDecimal={false}
          value={wanted}
          onChange={setWanted}
          error={
            tooMany
              ? `needs ${parallelism - now} more slots; ${free} are free: it will wait`
              : undefined
          }
        />
      </Stack>
    </ConfirmDialog>
  );
}
