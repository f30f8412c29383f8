import { Button, Group } from "@mantine/core";
import { IconGraph, IconPlayerPlay, IconShieldCheck } from "@tabler/icons-react";
import type { FormEvent } from "react";
import type { Schemas } from "@/api/client";
import { Card } from "@/components/card";
import { ErrorState } from "@/components/error-state";
import { PlanCard } from "./plan-card";
import { SubmitFields } from "./submit-fields";
import { useSubmission } from "./use-submission";
import { ValidationResult } from "./validation-result";

/** How a plugin is to be run: its plan, whether a savepoint fits, and run. */
export function SubmitForm({ plugin }: { plugin: Schemas["Jar"] }) {
  const { form, change, problems, plan, validation, run } = useSubmission(plugin.id);
  const blocked = problems.arguments !== null || problems.settings !== null;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!blocked) run.mutate();
  };
  return (
    <>
      <Card title={plugin.name}>
        <form onSubmit={submit}>
          <SubmitFields form={form} problems={problems} onChange={change} />
          <Group mt="lg">
            <Button
              type="submit"
              leftSection={<IconPlayerPlay size={16} />}
              disabled={blocked}
              loading={run.isPending}
            >
              Run
            </Button>
            <Button
              variant="default"
              leftSection={<IconGraph size={16} />}
              disabled={blocked}
              loading={plan.isPending}
              onClick={() => plan.mutate()}
            >
              Show the plan
            </Button>
            {form.savepoint.trim() !== "" && (
              <Button
                variant="default"
                leftSection={<IconShieldCheck size={16} />}
                disabled={blocked}
                loading={validation.isPending}
                onClick={() => validation.mutate()}
              >
                Would it restore?
              </Button>
            )}
          </Group>
        </form>
      </Card>
      {run.error && <ErrorState title="The job was not submitted" error={run.error} />}
      {validation.error && (
        <ErrorState title="The savepoint could not be checked" error={validation.error} />
      )}
      {validation.data && <ValidationResult result={validation.data} />}
      {plan.error && <ErrorState title="There is no plan" error={plan.error} />}
      {plan.data && <PlanCard plan={plan.data} />}
    </>
  );
}
