import type { CSSProperties } from "react";
import type { Tone } from "@/theme/states";
import classes from "./meter.module.css";

interface MeterProps {
  label: string;
  /** At the right: "1.2 GiB of 4 GiB". */
  text: string;
  exact?: string;
  /** The whole bar. */
  max: number;
  parts: { name: string; value: number; tone: Tone }[];
}

/** How much of something is used, and by what. */
export function Meter({ label, text, exact, max, parts }: MeterProps) {
  const share = (value: number) => (max > 0 ? Math.min(1, value / max) * 100 : 0);
  return (
    <div>
      <div className={classes.head}>
        <span>{label}</span>
        <span className={classes.text} title={exact}>
          {text}
        </span>
      </div>
      <div className={classes.track} role="img" aria-label={`${label}: ${text}`}>
        {parts.map((part) => (
          <div
            key={part.name}
            className={classes.part}
            title={part.name}
            style={
              {
                width: `${share(part.value)}%`,
                "--part": `var(--tone-${part.tone}-mark)`,
              } as CSSProperties
            }
          />
        ))}
      </div>
    </div>
  );
}
