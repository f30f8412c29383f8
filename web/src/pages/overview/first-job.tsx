import { Anchor, Stack, Text } from "@mantine/core";
import { IconDroplet } from "@tabler/icons-react";
import { Link } from "wouter";
import { Card } from "@/components/card";
import { CodeView } from "@/components/code-view";
import { EmptyState } from "@/components/empty-state";

/** What a new cluster shows: how to make the first job run. */
export function FirstJob() {
  return (
    <Card title="Running jobs">
      <EmptyState icon={<IconDroplet size={40} stroke={1.4} />} title="Nothing flows yet">
        <Stack>
          <Text size="sm">Run a job from the command line:</Text>
          <CodeView
            label="The first command"
            code={
              "penstock run build/jobs/flight_delays.so --input jobs/flight_delays/data/flights-20k.json --output /tmp/delays"
            }
          />
          <Text size="sm">
            Or{" "}
            <Anchor component={Link} href="/submit">
              submit one from here
            </Anchor>
            . A job of your own begins with <code>penstock new my_job</code>.
          </Text>
        </Stack>
      </EmptyState>
    </Card>
  );
}
