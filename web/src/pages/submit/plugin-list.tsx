import { ActionIcon } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { type UseQueryResult, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useLocation } from "wouter";
import type { Schemas } from "@/api/client";
import { deletePlugin, pluginsQuery } from "@/api/plugins";
import { ConfirmDialog } from "@/components/confirm-dialog";
import { EmptyState } from "@/components/empty-state";
import { QueryView } from "@/components/query-view";
import { TimeAgo } from "@/components/time-ago";
import { shortId } from "@/format/text";
import { pluginPath } from "./plugin-path";
import classes from "./submit.module.css";

type Plugin = Schemas["Jar"];

interface PluginListProps {
  query: UseQueryResult<Plugin[]>;
  chosen: string | undefined;
}

export function PluginList({ query, chosen }: PluginListProps) {
  const [deleting, setDeleting] = useState<Plugin | null>(null);
  return (
    <QueryView query={query} error="The plugins could not be listed">
      {(plugins) => (
        <>
          {plugins.length === 0 && <EmptyState title="No plugin is here yet" />}
          {[...plugins].sort(newestFirst).map((plugin) => (
            <div key={plugin.id} className={classes.plugin}>
              <Link
                href={pluginPath(plugin.id)}
                className={classes.choose}
                aria-current={plugin.id === chosen}
              >
                <span className={classes.pluginName}>{plugin.name}</span>
                <span className={classes.pluginNote}>
                  uploaded <TimeAgo time={plugin.uploaded} /> ·{" "}
                  <code title={plugin.id}>{shortId(plugin.id)}</code>
                </span>
              </Link>
              <ActionIcon
                variant="subtle"
                color="gray"
                size="lg"
                aria-label={`Delete ${plugin.name}`}
                title={`Delete ${plugin.name}`}
                onClick={() => setDeleting(plugin)}
              >
                <IconTrash size={17} />
              </ActionIcon>
            </div>
          ))}
          <DeleteDialog plugin={deleting} onClose={() => setDeleting(null)} chosen={chosen} />
        </>
      )}
    </QueryView>
  );
}

const newestFirst = (a: Plugin, b: Plugin) => b.uploaded - a.uploaded;

interface DeleteDialogProps {
  plugin: Plugin | null;
  chosen: string | undefined;
  onClose: () => void;
}

function DeleteDialog({ plugin, chosen, onClose }: DeleteDialogProps) {
  const client = useQueryClient();
  const [, navigate] = useLocation();
  const remove = async () => {
    if (!plugin) return;
    await deletePlugin(plugin.id);
    await client.invalidateQueries({ queryKey: pluginsQuery.queryKey });
    if (plugin.id === chosen) navigate("/submit");
  };
  return (
    <ConfirmDialog
      opened={plugin !== null}
      onClose={onClose}
      title="Delete this plugin?"
      action="Delete"
      danger
      onConfirm={remove}
    >
      <strong>{plugin?.name}</strong> is removed from the coordinator. Savepoints and jobs that have
      ended stay; to run the job again it has to be uploaded again.
    </ConfirmDialog>
  );
}
