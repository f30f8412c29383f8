import { ActionIcon } from "@mantine/core";
import { IconLock, IconLockOpen } from "@tabler/icons-react";
import { requestToken } from "@/api/authorization";
import { useToken } from "@/api/token";

/** Says whether changes can be made from here, and opens the token dialog. */
export function TokenButton() {
  const token = useToken();
  const text = token ? "Changes allowed: a token is set" : "Read only: no token is set";
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size="lg"
      aria-label={text}
      title={text}
      onClick={() => requestToken("asked")}
    >
      {token ? <IconLockOpen size={19} /> : <IconLock size={19} />}
    </ActionIcon>
  );
}
