import { Button, Menu } from "@mantine/core";
import {
  IconArrowsDiff,
  IconCamera,
  IconChevronDown,
  IconDeviceFloppy,
  IconPlayerStop,
  IconX,
} from "@tabler/icons-react";
import { useState } from "react";
import { isEnded } from "@/theme/states";
import type { JobDetail } from "../model/types";
import { RescaleDialog } from "./rescale-dialog";
import { CancelDialog, CheckpointDialog, SavepointDialog, StopDialog } from "./snapshot-dialogs";

type Action = "savepoint" | "checkpoint" | "stop" | "rescale" | "cancel";

/** What can be done with a job that has not ended; each asks first. */
export function JobActions({ job }: { job: JobDetail }) {
  const [action, setAction] = useState<Action | null>(null);
  const close = () => setAction(null);
  const dialog = (kind: Action) => ({ job, opened: action === kind, onClose: close });
  if (isEnded(job.state)) return null;
  const running = job.state === "RUNNING";
  return (
    <>
      <Button
        variant="default"
        size="sm"
        leftSection={<IconDeviceFloppy size={16} />}
        disabled={!running}
        onClick={() => setAction("savepoint")}
      >
        Savepoint
      </Button>
      <Button
        variant="default"
        size="sm"
        leftSection={<IconArrowsDiff size={16} />}
        disabled={!running}
        onClick={() => setAction("rescale")}
      >
        Rescale
      </Button>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button
            variant="default"
            size="sm"
            rightSection={<IconChevronDown size={16} />}
            aria-label="More actions"
          >
            More
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            leftSection={<IconCamera size={16} />}
            disabled={!running}
            onClick={() => setAction("checkpoint")}
          >
            Checkpoint now
          </Menu.Item>
          <Menu.Item
            leftSection={<IconPlayerStop size={16} />}
            disabled={job.isStoppable === false}
            onClick={() => setAction("stop")}
          >
            Stop in order …
          </Menu.Item>
          <Menu.Divider />
          <Menu.Item
            color="red"
            leftSection={<IconX size={16} />}
            onClick={() => setAction("cancel")}
          >
            Cancel at once …
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <SavepointDialog {...dialog("savepoint")} />
      <CheckpointDialog {...dialog("checkpoint")} />
      <StopDialog {...dialog("stop")} />
      <CancelDialog {...dialog("cancel")} />
      {action === "rescale" && <RescaleDialog {...dialog("rescale")} />}
    </>
  );
}
