import { Code } from "@mantine/core";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { answer, client, type Schemas } from "@/api/client";
import { Card } from "@/components/card";
import { CodeView } from "@/components/code-view";
import { KeyValueTable } from "@/components/key-value-table";
import { QueryView } from "@/components/query-view";
import { TimeAgo } from "@/components/time-ago";

const environmentQuery = queryOptions({
  queryKey: ["coordinator", "environment"],
  queryFn: ({ signal }) => answer(client.GET("/jobmanager/environment", { signal })),
});

export function EnvironmentPanel() {
  const query = useQuery(environmentQuery);
  return (
    <QueryView query={query} error="The environment could not be read">
      {(environment) => <Environment {...environment} />}
    </QueryView>
  );
}

function Environment({ process, jvm }: Schemas["Environment"]) {
  return (
    <>
      <Card title="Process and machine">
        <KeyValueTable
          entries={[
            ["Version", process.version],
            ["Process", process.pid],
            ["Started", <TimeAgo key="start" time={process["start-time"]} />],
            ["Program", <Code key="program">{process.executable}</Code>],
            ["System", process.system],
            ["Architecture", jvm.arch],
            ["Processors", process.cpus],
            ["Compiler", process.compiler],
          ]}
        />
      </Card>
      {jvm.options.length > 0 && (
        <Card title="Command line">
          <CodeView label="Command line" code={jvm.options.join(" ")} />
        </Card>
      )}
    </>
  );
}
