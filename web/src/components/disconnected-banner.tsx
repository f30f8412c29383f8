import { Alert } from "@mantine/core";
import { IconPlugConnectedX } from "@tabler/icons-react";
import { lastAnswer, useConnection } from "@/api/connection";
import { TimeAgo } from "./time-ago";

/** Over every page while the coordinator does not answer. */
export function DisconnectedBanner() {
  if (useConnection() !== "lost") return null;
  const since = lastAnswer();
  return (
    <Alert
      color="red"
      variant="light"
      icon={<IconPlugConnectedX />}
      title="The coordinator does not answer"
      mb="lg"
    >
      {since ? (
        <>
          What is shown is from <TimeAgo time={since} />.{" "}
        </>
      ) : null}
      Jobs go on from their last checkpoint when it is back. This page tries again every 2 seconds
      and goes on by itself.
    </Alert>
  );
}
