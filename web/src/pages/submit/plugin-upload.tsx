import { Progress, Text } from "@mantine/core";
import { IconUpload } from "@tabler/icons-react";
import { type DragEvent, useRef, useState } from "react";
import { ErrorState } from "@/components/error-state";
import { formatBytes, formatPercent } from "@/format/numbers";
import classes from "./submit.module.css";
import { useUploads } from "./use-uploads";

/** Takes files that are dropped or chosen, and shows how far they are. */
export function PluginUpload() {
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const { uploads, upload } = useUploads();

  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    upload([...event.dataTransfer.files]);
  };
  return (
    <>
      <button
        type="button"
        className={`${classes.drop} ${over ? classes.over : ""}`}
        onClick={() => input.current?.click()}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <IconUpload size={28} stroke={1.5} aria-hidden />
        <span>
          <strong>Choose a file</strong> or drop it here
        </span>
        <span>the shared library of a job, *.so</span>
      </button>
      <input
        ref={input}
        type="file"
        accept=".so"
        multiple
        hidden
        data-testid="plugin-file"
        onChange={(event) => {
          upload([...(event.currentTarget.files ?? [])]);
          event.currentTarget.value = "";
        }}
      />
      {uploads.length > 0 && (
        <div className={classes.uploads}>
          {uploads.map((entry) =>
            entry.error === null ? (
              <div key={entry.key} role="status">
                <Text size="sm">
                  {entry.name}, {formatBytes(entry.size)}: {formatPercent(entry.progress)}
                </Text>
                <Progress
                  value={entry.progress * 100}
                  aria-label={`Upload of ${entry.name}`}
                  animated
                />
              </div>
            ) : (
              <ErrorState
                key={entry.key}
                title={`${entry.name} was not uploaded`}
                error={entry.error}
              />
            ),
          )}
        </div>
      )}
    </>
  );
}
