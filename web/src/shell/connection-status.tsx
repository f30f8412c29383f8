import { type ConnectionState, useConnection } from "@/api/connection";
import type { Tone } from "@/theme/states";
import { StatusDot } from "./status-dot";

const shown: Record<ConnectionState, { tone: Tone; text: string; title: string }> = {
  connecting: { tone: "quiet", text: "Connecting", title: "Waiting for the coordinator" },
  live: { tone: "good", text: "Live", title: "The coordinator says what changes" },
  polling: {
    tone: "warn",
    text: "Polling",
    title: "No stream of changes: everything is asked for each 2 seconds",
  },
  lost: { tone: "bad", text: "Disconnected", title: "The coordinator does not answer" },
};

export function ConnectionStatus() {
  return <StatusDot label="Connection" {...shown[useConnection()]} />;
}
