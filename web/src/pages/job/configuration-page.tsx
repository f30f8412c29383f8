import { Button, TextInput } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { createColumnHelper } from "@tanstack/react-table";
import { useMemo, useState } from "react";
import type { components } from "@/api/schema";
import { Card } from "@/components/card";
import { DataTable } from "@/components/data-table";
import { EmptyState } from "@/components/empty-state";
import { KeyValueTable } from "@/components/key-value-table";
import { mergedSettings, type Setting } from "./model/settings";
import type { JobDetail } from "./model/types";
import { JobQueryView } from "./parts/job-query-view";
import { configQuery, isAbsent, jobSettingsQuery } from "./queries";

type Config = components["schemas"]["JobConfig"];

/** Saves text as a file of the user's. */
function download(name: string, text: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

function Execution({ job, config }: { job: JobDetail; config: Config }) {
  const execution = config["execution-config"];
  return (
    <Card
      title="Execution"
      actions={
        <Button
          size="xs"
          variant="default"
          leftSection={<IconDownload size={14} />}
          onClick={() => download(`${job.name}-plan.json`, JSON.stringify(job.plan, null, 2))}
        >
          Plan as JSON
        </Button>
      }
    >
      <KeyValueTable
        entries={[
          ["Guarantee", job.guarantee ?? "–"],
          ["Parallelism", execution["job-parallelism"]],
          ["Max parallelism", job.maxParallelism ?? "–"],
          ["Restart strategy", execution["restart-strategy"] ?? "–"],
          ["Object reuse", execution["object-reuse-mode"] ? "on" : "off"],
        ]}
      />
    </Card>
  );
}

function Arguments({ config }: { config: Config }) {
  const entries = Object.entries(config["execution-config"]["user-config"]);
  return (
    <Card title="Arguments">
      {entries.length === 0 ? (
        <EmptyState title="The job was started without arguments" />
      ) : (
        <KeyValueTable entries={entries.map(([name, value]) => [`--${name}`, value])} />
      )}
    </Card>
  );
}

const column = createColumnHelper<Setting>();
const columns = [
  column.accessor("key", { header: "Option", meta: { wrap: true } }),
  column.accessor("value", { header: "Value", meta: { wrap: true } }),
  column.accessor("origin", { header: "Set by" }),
];

function Settings({ settings }: { settings: readonly Setting[] }) {
  const [wanted, setWanted] = useState("");
  const rows = useMemo(
    () => settings.filter(({ key, value }) => `${key} ${value}`.includes(wanted.trim())),
    [settings, wanted],
  );
  return (
    <Card
      title="Options"
      actions={
        <TextInput
          size="xs"
          aria-label="Find an option"
          placeholder="Find an option"
          value={wanted}
          onChange={(event) => setWanted(event.currentTarget.value)}
        />
      }
    >
      <DataTable
        label="Options of the job"
        rows={rows}
        columns={columns}
        rowId={(row) => row.key}
        initialSort={[{ id: "key", desc: false }]}
        empty={<EmptyState title="No such option" />}
      />
    </Card>
  );
}

/** What the job runs with, and where each setting comes from. */
export function ConfigurationPage({ job }: { job: JobDetail }) {
  const query = useQuery(configQuery(job.jid));
  const settings = useQuery(jobSettingsQuery(job.jid));
  return (
    <JobQueryView query={query} error="The configuration could not be read" lines={8}>
      {(config) => (
        <>
          <Execution job={job} config={config} />
          <Arguments config={config} />
          {settings.data || !isAbsent(settings.error) ? (
            <JobQueryView query={settings} error="The options could not be read">
              {(entries) => <Settings settings={mergedSettings(entries, config.configuration)} />}
            </JobQueryView>
          ) : (
            <Settings settings={mergedSettings([], config.configuration)} />
          )}
        </>
      )}
    </JobQueryView>
  );
}
