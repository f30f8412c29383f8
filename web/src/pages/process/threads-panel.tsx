import { Accordion, Button, Group, Text, TextInput } from "@mantine/core";
import { IconRefresh, IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Card } from "@/components/card";
import { CodeView } from "@/components/code-view";
import { EmptyState } from "@/components/empty-state";
import { QueryView } from "@/components/query-view";
import { TimeAgo } from "@/components/time-ago";
import { plural } from "@/format/numbers";
import { type Process, threadsQuery } from "./process";

interface Thread {
  threadName: string;
  stringifiedThreadInfo: string;
}

export function ThreadsPanel({ process }: { process: Process }) {
  const [text, setText] = useState("");
  const query = useQuery(threadsQuery(process));
  const actions = (
    <Group gap="xs">
      <TextInput
        aria-label="Find threads by name or function"
        placeholder="Name or function"
        leftSection={<IconSearch size={14} />}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Button
        variant="default"
        leftSection={<IconRefresh size={16} />}
        loading={query.isFetching}
        onClick={() => query.refetch()}
      >
        Take again
      </Button>
    </Group>
  );
  return (
    <Card title="Threads" actions={actions}>
      <QueryView query={query} error="The stacks could not be taken">
        {(threads) => (
          <>
            <Text size="sm" c="var(--quiet-text)" mb="sm">
              {plural(threads.length, "thread")}, taken <TimeAgo time={query.dataUpdatedAt} />
            </Text>
            <ThreadList threads={threads.filter((thread) => hasText(thread, text))} />
          </>
        )}
      </QueryView>
    </Card>
  );
}

function hasText(thread: Thread, text: string): boolean {
  const wanted = text.trim().toLowerCase();
  return `${thread.threadName}\n${thread.stringifiedThreadInfo}`.toLowerCase().includes(wanted);
}

function ThreadList({ threads }: { threads: Thread[] }) {
  if (threads.length === 0) return <EmptyState title="No thread has that in its stack" />;
  return (
    <Accordion multiple variant="separated">
      {threads.map((thread, place) => (
        // Names are not unique, and the list does not change while it is shown.
        // biome-ignore lint/suspicious/noArrayIndexKey: see above
        <Accordion.Item key={place} value={`${place}`}>
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
}
