import { formatDuration } from "@/format/times";
import { PHASES, phasesOf } from "../model/checkpoint-phases";
import type { CheckpointSubtask } from "../model/types";
import classes from "./phases.module.css";

interface Props {
  subtask: CheckpointSubtask | undefined;
  /** Milliseconds that the whole width stands for. */
  total: number;
}

/** The phases of one subtask, in scale. */
export function PhaseBar({ subtask, total }: Props) {
  const phases = subtask ? phasesOf(subtask) : [];
  const text =
    phases.length === 0
      ? "not acknowledged, or in no time"
      : phases
          .map(({ name, length }) => `${PHASES[name].label} ${formatDuration(length)}`)
          .join(", ");
  return (
    <div className={classes.track} role="img" aria-label={text} title={text}>
      {phases.map(({ name, start, length }) => (
        <div
          key={name}
          className={classes.phase}
          data-phase={name}
          style={{
            left: `${Math.min(1, start / total) * 100}%`,
            width: `${Math.min(1, length / total) * 100}%`,
          }}
        />
      ))}
    </div>
  );
}
