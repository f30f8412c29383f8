import { Skeleton, Stack } from "@mantine/core";

/** In place of what is on its way: as many grey lines as it may have. */
export function LoadingState({ lines = 4, label = "Loading" }: { lines?: number; label?: string }) {
  return (
    <Stack gap="sm" role="status" aria-label={label}>
      {Array.from({ length: lines }, (_, line) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines are all the same
        <Skeleton key={line} height={18} width={`${95 - ((line * 17) % 40)}%`} />
      ))}
    </Stack>
  );
}
