import { CopyButton, UnstyledButton, VisuallyHidden } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import classes from "./copy-id.module.css";

interface Props {
  /** What is copied, for those who do not see it: "Job id". */
  label: string;
  value: string;
  /** In place of the whole value. */
  short?: string;
}

/** An id or a path that is copied by a press. */
export function CopyId({ label, value, short }: Props) {
  return (
    <CopyButton value={value}>
      {({ copied, copy }) => (
        <UnstyledButton className={classes.id} onClick={copy} title={`${value} – copy`}>
          <VisuallyHidden>{copied ? `Copied ${label}` : `Copy ${label}`}</VisuallyHidden>
          <code>{short ?? value}</code>
          {copied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />}
        </UnstyledButton>
      )}
    </CopyButton>
  );
}
