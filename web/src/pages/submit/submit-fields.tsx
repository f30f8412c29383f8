import { Checkbox, NumberInput, SimpleGrid, Stack, Textarea, TextInput } from "@mantine/core";
import type { SubmissionForm } from "./submission";

interface SubmitFieldsProps {
  form: SubmissionForm;
  problems: { arguments: string | null; settings: string | null };
  onChange: (values: Partial<SubmissionForm>) => void;
}

export function SubmitFields({ form, problems, onChange }: SubmitFieldsProps) {
  return (
    <Stack>
      <Textarea
        label="Arguments"
        description="As on the command line: --input FILE --output DIRECTORY"
        autosize
        minRows={2}
        maxRows={8}
        spellCheck={false}
        error={problems.arguments}
        value={form.arguments}
        onChange={(event) => onChange({ arguments: event.currentTarget.value })}
      />
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <NumberInput
          label="Parallelism"
          description="Of operators that set none themselves"
          placeholder="the cluster's default"
          min={1}
          allowDecimal={false}
          value={form.parallelism}
          onChange={(value) => onChange({ parallelism: typeof value === "number" ? value : "" })}
        />
        <TextInput
          label="Name"
          description="Instead of the job's own"
          value={form.name}
          onChange={(event) => onChange({ name: event.currentTarget.value })}
        />
      </SimpleGrid>
      <TextInput
        label="Savepoint or checkpoint to start from"
        description="Its path, as 'penstock savepoint' prints it"
        spellCheck={false}
        value={form.savepoint}
        onChange={(event) => onChange({ savepoint: event.currentTarget.value })}
      />
      {form.savepoint.trim() !== "" && (
        <Checkbox
          label="Allow state that no operator takes to be left behind"
          checked={form.allowNonRestored}
          onChange={(event) => onChange({ allowNonRestored: event.currentTarget.checked })}
        />
      )}
      <Textarea
        label="Settings of this job"
        description="One a line: execution.checkpointing.interval: 5 s"
        autosize
        minRows={1}
        maxRows={8}
        spellCheck={false}
        error={problems.settings}
        value={form.settings}
        onChange={(event) => onChange({ settings: event.currentTarget.value })}
      />
    </Stack>
  );
}
