import type { CSSProperties } from "react";
import type { Tone } from "@/theme/states";
import classes from "./shell.module.css";

interface StatusDotProps {
  /** What the status is of. */
  label: string;
  tone: Tone;
  text: string;
  title: string;
}

/** A status of the header: a dot, and a word where there is room. */
export function StatusDot({ label, tone, text, title }: StatusDotProps) {
  return (
    <span className={classes.status} role="status" aria-label={`${label}: ${text}`} title={title}>
      <span
        className={classes.dot}
        style={{ "--dot": `var(--tone-${tone}-mark)` } as CSSProperties}
      />
      <span className={classes.word}>{text}</span>
    </span>
  );
}
