import type { components } from "@/api/schema";
import type { JobDetail } from "../model/types";

export type Checkpoint = components["schemas"]["Checkpoint"];
export type Checkpoints = components["schemas"]["Checkpoints"];
export type Statistics = components["schemas"]["Statistics"];

export interface CheckpointsProps {
  job: JobDetail;
  checkpoints: Checkpoints;
}

export function typeOf({ is_savepoint, final }: Checkpoint): string {
  if (is_savepoint) return final ? "savepoint, final" : "savepoint";
  return final ? "checkpoint, final" : "checkpoint";
}
