import { Alert, List } from "@mantine/core";
import type { Schemas } from "@/api/client";

export function ValidationResult({ result }: { result: Schemas["Validation"] }) {
  const lines = [...result.problems, ...result.notes];
  return (
    <Alert
      role="status"
      color={result.ok ? "teal" : "red"}
      title={
        result.ok
          ? "The job would restore this savepoint"
          : "The job would not restore this savepoint"
      }
    >
      <List size="sm">
        {lines.map((line) => (
          <List.Item key={line}>{line}</List.Item>
        ))}
      </List>
    </Alert>
  );
}
