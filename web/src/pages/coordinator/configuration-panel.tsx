import { Group, Switch, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { queryOptions, useQuery } from "@tanstack/react-query";
import type { ColumnDef } from "@tanstack/react-table";
import { useState } from "react";
import { answer, client, type Schemas } from "@/api/client";
import { Card } from "@/components/card";
import { DataTable } from "@/components/data-table";
import { EmptyState } from "@/components/empty-state";
import { QueryView } from "@/components/query-view";

type Entry = Schemas["ConfigurationEntries"][number];

const configurationQuery = queryOptions({
  queryKey: ["coordinator", "config"],
  queryFn: ({ signal }) => answer(client.GET("/jobmanager/config", { signal })),
});

const columns: ColumnDef<Entry>[] = [
  {
    id: "key",
    header: "Key",
    accessorFn: (entry) => entry.key,
    cell: ({ row }) => <code>{row.original.key}</code>,
  },
  {
    id: "value",
    header: "Value",
    accessorFn: (entry) => entry.value,
    meta: { wrap: true },
    cell: ({ row }) => (row.original.value === "" ? "–" : <code>{row.original.value}</code>),
  },
  { id: "origin", header: "Set by", accessorFn: (entry) => entry.origin },
];

export function findEntries(entries: Entry[], text: string, onlySet: boolean): Entry[] {
  const wanted = text.trim().toLowerCase();
  return entries.filter(
    (entry) =>
      (!onlySet || entry.origin !== "default") &&
      `${entry.key} ${entry.value} ${entry.origin}`.toLowerCase().includes(wanted),
  );
}

export function ConfigurationPanel() {
  const query = useQuery(configurationQuery);
  const [text, setText] = useState("");
  const [onlySet, setOnlySet] = useState(false);
  const actions = (
    <Group>
      <Switch
        label="Without defaults"
        checked={onlySet}
        onChange={(event) => setOnlySet(event.currentTarget.checked)}
      />
      <TextInput
        aria-label="Find settings by key, value or origin"
        placeholder="Key, value or origin"
        leftSection={<IconSearch size={14} />}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
    </Group>
  );
  return (
    <Card title="Configuration" actions={actions}>
      <QueryView query={query} error="The configuration could not be read">
        {(entries) => (
          <DataTable
            label="Configuration"
            rows={findEntries(entries, text, onlySet)}
            columns={columns}
            rowId={(entry) => entry.key}
            initialSort={[{ id: "key", desc: false }]}
            empty={<EmptyState title="No setting is like that" />}
          />
        )}
      </QueryView>
    </Card>
  );
}
