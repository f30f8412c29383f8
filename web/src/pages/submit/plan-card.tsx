import { Alert, List } from "@mantine/core";
import { lazy, Suspense } from "react";
import type { Schemas } from "@/api/client";
import { Card } from "@/components/card";
import { LoadingState } from "@/components/loading-state";

const PlanGraph = lazy(async () => ({ default: (await import("./plan-graph")).PlanGraph }));

/** What a submission would run. */
export function PlanCard({ plan }: { plan: Schemas["JarPlan"] }) {
  return (
    <Card title={`Plan of ${plan.plan.name}`} actions={<span>Guarantee: {plan.guarantee}</span>}>
      {plan.warnings.length > 0 && (
        <Alert color="yellow" title="Before you run it" mb="md">
          <List size="sm">
            {plan.warnings.map((warning) => (
              <List.Item key={warning}>{warning}</List.Item>
            ))}
          </List>
        </Alert>
      )}
      <Suspense fallback={<LoadingState />}>
        <PlanGraph nodes={plan.plan.nodes} />
      </Suspense>
    </Card>
  );
}
