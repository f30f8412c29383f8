import { Button, Code, Group, Modal, PasswordInput, Stack, Text } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { requestToken, useTokenRequest } from "@/api/authorization";
import { storeToken, useToken } from "@/api/token";

/** Takes the token that changes are made with. */
export function TokenDialog() {
  const reason = useTokenRequest();
  return (
    <Modal
      opened={reason !== null}
      onClose={() => requestToken(null)}
      title="Token for changes"
      centered
    >
      <TokenForm refused={reason === "refused"} />
    </Modal>
  );
}

function TokenForm({ refused }: { refused: boolean }) {
  const token = useToken();
  const [text, setText] = useState("");
  const finish = (next: string | null) => {
    storeToken(next);
    requestToken(null);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim()) finish(text.trim());
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        {refused && (
          <Text role="alert" fw={600}>
            {token
              ? "The coordinator refused the token that was sent."
              : "The coordinator asks for a token before it changes anything."}
          </Text>
        )}
        <Text size="sm">
          <Code>penstock cluster status</Code> prints the address of this page with the token in it.
          It is kept until this tab is closed. After that, do again what was refused.
        </Text>
        <PasswordInput
          label="Token"
          autoComplete="off"
          data-autofocus
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Group justify="flex-end">
          {token && (
            <Button variant="default" onClick={() => finish(null)}>
              Forget the token
            </Button>
          )}
          <Button type="submit" disabled={!text.trim()}>
            Use this token
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
