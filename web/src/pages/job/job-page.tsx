import { useQuery } from "@tanstack/react-query";
import { useParams } from "wouter";
import { useJobChanges } from "@/api/changes";
import { answer, client } from "@/api/client";
import { Page } from "@/components/page";
import { QueryView } from "@/components/query-view";
import { StateBadge } from "@/components/state-badge";

export function JobPage() {
  const job = useParams<{ job: string }>().job;
  useJobChanges(job);
  const query = useQuery({
    queryKey: ["job", job, "job"],
    queryFn: ({ signal }) =>
      answer(client.GET("/jobs/{jobid}", { params: { path: { jobid: job } }, signal })),
  });
  return (
    <QueryView query={query} error="The job could not be read">
      {(detail) => (
        <Page title={detail.name} badge={<StateBadge state={detail.state} />}>
          {null}
        </Page>
      )}
    </QueryView>
  );
}
