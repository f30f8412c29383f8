import { Button, TextInput } from "@mantine/core";
import { IconSearch, IconUpload } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";
import { jobsQuery } from "@/api/cluster";
import { Card } from "@/components/card";
import { Page } from "@/components/page";
import { QueryView } from "@/components/query-view";
import { isEnded } from "@/theme/states";
import { CompletedJobs } from "./completed-jobs";
import type { Job } from "./job-cells";
import { RunningJobs } from "./running-jobs";

/** Whether the text is in the job's name, id or state. */
function matches(job: Job, text: string): boolean {
  return `${job.name} ${job.jid} ${job.state}`.toLowerCase().includes(text.trim().toLowerCase());
}

export function JobsPage() {
  const query = useQuery(jobsQuery);
  const [text, setText] = useState("");
  return (
    <Page
      title="Jobs"
      actions={
        <>
          <TextInput
            aria-label="Find jobs by name, id or state"
            placeholder="Name, id or state"
            leftSection={<IconSearch size={14} />}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          <Button component={Link} href="/submit" leftSection={<IconUpload size={16} />}>
            Submit a job
          </Button>
        </>
      }
    >
      <QueryView query={query} error="The jobs could not be read">
        {(jobs) => {
          const found = jobs.filter((job) => matches(job, text));
          return (
            <>
              <Card title="Running jobs">
                <RunningJobs jobs={found.filter((job) => !isEnded(job.state))} />
              </Card>
              <Card title="Completed jobs">
                <CompletedJobs jobs={found.filter((job) => isEnded(job.state))} />
              </Card>
            </>
          );
        }}
      </QueryView>
    </Page>
  );
}
