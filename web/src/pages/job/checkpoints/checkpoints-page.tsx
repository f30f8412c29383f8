import { useQuery } from "@tanstack/react-query";
import { jobPath } from "../addresses";
import type { JobDetail } from "../model/types";
import { JobQueryView } from "../parts/job-query-view";
import { TabLinks } from "../parts/tab-links";
import { checkpointsQuery } from "../queries";
import { CheckpointConfig } from "./checkpoint-config";
import { CheckpointDetail } from "./checkpoint-detail";
import { CheckpointHistory } from "./checkpoint-history";
import { CheckpointOverview } from "./checkpoint-overview";
import { CheckpointSummary } from "./checkpoint-summary";

const views = [
  { id: "overview", label: "Overview", View: CheckpointOverview },
  { id: "history", label: "History", View: CheckpointHistory },
  { id: "summary", label: "Summary", View: CheckpointSummary },
] as const;

function tabsOf(job: string, checkpoint: number | undefined) {
  const href = (id: string | number) => jobPath(job, "checkpoints", id);
  return [
    ...views.map(({ id, label }) => ({ id: id as string, label, href: href(id) })),
    { id: "configuration", label: "Configuration", href: href("configuration") },
    ...(checkpoint === undefined
      ? []
      : [{ id: "one", label: `Checkpoint ${checkpoint}`, href: href(checkpoint) }]),
  ];
}

interface Props {
  job: JobDetail;
  /** A view, or the number of a checkpoint. */
  view?: string;
}

export function CheckpointsPage({ job, view = "overview" }: Props) {
  const query = useQuery(checkpointsQuery(job.jid));
  const checkpoint = /^\d+$/.test(view) ? Number(view) : undefined;
  const { View, id } = views.find((each) => each.id === view) ?? views[0];
  const current = checkpoint !== undefined ? "one" : view === "configuration" ? view : id;
  return (
    <>
      <TabLinks
        minor
        label="Views of the checkpoints"
        tabs={tabsOf(job.jid, checkpoint)}
        current={current}
      />
      {checkpoint !== undefined && <CheckpointDetail key={checkpoint} job={job} id={checkpoint} />}
      {current === "configuration" && <CheckpointConfig job={job} />}
      {current === id && (
        <JobQueryView query={query} error="The checkpoints could not be read">
          {(checkpoints) => <View job={job} checkpoints={checkpoints} />}
        </JobQueryView>
      )}
    </>
  );
}
