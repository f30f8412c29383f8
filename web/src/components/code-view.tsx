import { ActionIcon, CopyButton } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { escapeControls } from "@/format/text";
import classes from "./code-view.module.css";

interface CodeViewProps {
  /** What it is, for those who do not see it: "Command", "Stack of the thread". */
  label: string;
  code: string;
  /** CSS length. */
  maxHeight?: string;
}

/** Text as it is, in a fixed width, with a button that copies it. */
export function CodeView({ label, code, maxHeight }: CodeViewProps) {
  const shown = code.split("\n").map(escapeControls).join("\n");
  return (
    <div className={classes.box}>
      <section
        className={classes.code}
        style={maxHeight ? { maxHeight } : undefined}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
        tabIndex={0}
        aria-label={label}
      >
        <code>{shown}</code>
      </section>
      <CopyButton value={code}>
        {({ copied, copy }) => (
          <ActionIcon
            className={classes.copy}
            variant="default"
            onClick={copy}
            aria-label={copied ? "Copied" : `Copy: ${label}`}
          >
            {copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
          </ActionIcon>
        )}
      </CopyButton>
    </div>
  );
}
