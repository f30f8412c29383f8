import { Text } from "@mantine/core";
import { formatBytes } from "@/format/numbers";
import { EmptyState } from "./empty-state";
import { ErrorState } from "./error-state";
import { LoadingState } from "./loading-state";
import { LogView } from "./log-view";
import { useLog } from "./use-log";

/** A log of the coordinator or of a worker, followed: "/jobmanager/log" and the like. */
export function LogFile({ path, label }: { path: string; label: string }) {
  const log = useLog(path);
  if (!log.loaded) {
    return log.error === null ? (
      <LoadingState lines={8} />
    ) : (
      <ErrorState title="The log could not be read" error={log.error} />
    );
  }
  if (log.lines.length === 0) return <EmptyState title="Nothing has been written yet" />;
  return (
    <>
      {log.skipped > 0 && (
        <Text size="sm" c="var(--quiet-text)" mb="xs">
          The first {formatBytes(log.skipped)} of the file are not shown.
        </Text>
      )}
      <LogView label={label} lines={log.lines} />
    </>
  );
}
