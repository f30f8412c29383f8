import { Card } from "@/components/card";
import { LogFile } from "@/components/log-file";
import type { Process } from "./process";

/** The log or the standard output of a process. */
export function LogPanel({ process, file }: { process: Process; file: "log" | "stdout" }) {
  const title = file === "log" ? "Log" : "Standard output";
  return (
    <Card title={title}>
      <LogFile path={`${process.path}/${file}`} label={title} />
    </Card>
  );
}
