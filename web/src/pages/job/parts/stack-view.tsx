import { escapeControls } from "@/format/text";
import { parseStack } from "../model/stack";
import classes from "./stack-view.module.css";

/** A failure: its message large, then its frames, those of the runtime in grey. */
export function StackView({ text }: { text: string }) {
  const { message, frames } = parseStack(text);
  return (
    <div className={classes.stack}>
      <p className={classes.message}>{message.split("\n").map(escapeControls).join("\n")}</p>
      {frames.length > 0 && (
        <ol className={classes.frames} aria-label="Stack, innermost first">
          {frames.map((frame, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a stack does not change
            <li key={index} data-foreign={frame.foreign || undefined} title={frame.text.trim()}>
              <span className={classes.function}>
                {escapeControls(frame.function ?? frame.text)}
              </span>
              {frame.place && <span className={classes.place}>{frame.place}</span>}
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}
