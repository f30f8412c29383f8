import { useQuery } from "@tanstack/react-query";
import { useParams } from "wouter";
import { pluginsQuery } from "@/api/plugins";
import { Card } from "@/components/card";
import { EmptyState } from "@/components/empty-state";
import { Page } from "@/components/page";
import { PluginList } from "./plugin-list";
import { PluginUpload } from "./plugin-upload";
import classes from "./submit.module.css";
import { SubmitForm } from "./submit-form";

export function SubmitPage() {
  const { plugin: id } = useParams<{ plugin?: string }>();
  const query = useQuery(pluginsQuery);
  const chosen = query.data?.find((plugin) => plugin.id === id);
  return (
    <Page title="Submit a job" note="Upload a plugin, look at its plan, run it.">
      <div className={classes.grid}>
        <div className={classes.column}>
          <Card title="Plugins">
            <PluginUpload />
          </Card>
          <Card title="Uploaded">
            <PluginList query={query} chosen={chosen?.id} />
          </Card>
        </div>
        <div className={classes.column}>
          {chosen ? (
            <SubmitForm key={chosen.id} plugin={chosen} />
          ) : (
            <Card title="Job">
              <EmptyState title="Choose a plugin">
                A plugin is the shared library that a job is built into, <code>my_job.so</code>.
              </EmptyState>
            </Card>
          )}
        </div>
      </div>
    </Page>
  );
}
