import { Accordion, Button, Group, TextInput } from "@mantine/core";
import { IconRefresh } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { CodeView } from "@/components/code-view";
import { EmptyState } from "@/components/empty-state";
import { TimeAgo } from "@/components/time-ago";
import { JobQueryView } from "../parts/job-query-view";
import { stacksQuery } from "../queries";
import type { VertexTabProps } from "./vertex-drawer";

/** What the threads of the task's subtasks were doing when they were asked. */
export function StacksTab({ job, vertex }: VertexTabProps) {
  const [wanted, setWanted] = useState("");
  const query = useQuery(stacksQuery(job.jid, vertex.id));
  return (
    <>
      <Group justify="space-between">
        <TextInput
          size="xs"
          aria-label="Find in the stacks"
          placeholder="Find a function or a thread"
          value={wanted}
          onChange={(event) => setWanted(event.currentTarget.value)}
        />
        <Group gap="sm">
          {query.data && (
            <span>
              taken <TimeAgo time={query.dataUpdatedAt} />
            </span>
          )}
          <Button
            size="xs"
            variant="default"
            leftSection={<IconRefresh size={14} />}
            loading={query.isFetching}
            onClick={() => query.refetch()}
          >
            Take again
          </Button>
        </Group>
      </Group>
      <JobQueryView query={query} error="The stacks could not be taken">
        {({ threadInfos }) => {
          const found = threadInfos.filter((thread) =>
            `${thread.threadName}\n${thread.stringifiedThreadInfo}`
              .toLowerCase()
              .includes(wanted.toLowerCase()),
          );
          if (found.length === 0) {
            return <EmptyState title={wanted ? "Nothing found" : "No threads"} />;
          }
          return (
            <Accordion multiple variant="separated" defaultValue={found.slice(0, 3).map(keyOf)}>
              {found.map((thread, index) => (
                <Accordion.Item key={keyOf(thread, index)} value={keyOf(thread, index)}>
                  <Accordion.Control>{thread.threadName}</Accordion.Control>
                  <Accordion.Panel>
                    <CodeView
                      label={`Stack of ${thread.threadName}`}
                      code={thread.stringifiedThreadInfo}
                      maxHeight="24rem"
                    />
                  </Accordion.Panel>
                </Accordion.Item>
              ))}
            </Accordion>
          );
        }}
      </JobQueryView>
    </>
  );
}

/** Threads of several hosts may have the same name. */
function keyOf(thread: { threadName: string }, index: number): string {
  return `${index} ${thread.threadName}`;
}
