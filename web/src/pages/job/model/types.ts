// The answers of the REST API as the pages of one job read them. Members that an older coordinator
// does not send are optional here; a page says so instead of showing nothing.

import type { components } from "@/api/schema";

type Schemas = components["schemas"];

export type Millis = number;
export type Live = Partial<Schemas["LiveVertex"]>;
export type IoMetrics = Partial<Schemas["IOMetrics"]>;
export type EdgeRate = Schemas["LiveEdge"];
export type Bottleneck = Schemas["BottleneckVertex"];
export type WatermarkHolder = Schemas["WatermarkHolder"];
export type JobEvent = Schemas["JobEvents"]["events"][number];
export type CheckpointSubtask = Omit<
  Partial<Schemas["CheckpointSubtask"]>,
  "index" | "status" | "alignment"
> & {
  index: number;
  status: string;
  alignment?: { duration: Millis };
};

export interface Vertex
  extends Pick<
    Schemas["JobVertex"],
    "id" | "name" | "parallelism" | "start-time" | "end-time" | "duration" | "tasks"
  > {
  maxParallelism?: number;
  status: string;
  metrics: IoMetrics;
  live?: Live | null;
}

export interface Plan {
  name?: string;
  nodes: {
    id: string;
    parallelism?: number;
    description?: string;
    inputs?: { id: string; ship_strategy?: string }[];
  }[];
}

export interface JobDetail
  extends Pick<
      Schemas["JobDetail"],
      | "jid"
      | "name"
      | "state"
      | "start-time"
      | "end-time"
      | "duration"
      | "now"
      | "timestamps"
      | "status-counts"
    >,
    Partial<
      Pick<
        Schemas["JobDetail"],
        | "status-reason"
        | "restarts"
        | "generation"
        | "guarantee"
        | "isStoppable"
        | "maxParallelism"
        | "savepoint"
        | "rescale"
        | "bottleneck"
      >
    > {
  vertices: Vertex[];
  plan: Plan;
  edges?: EdgeRate[];
}

/** An attempt of a subtask, with the times at which it entered states. */
export type TimelineSubtask = Pick<Schemas["TimelineSubtask"], "subtask" | "timestamps"> &
  Partial<Schemas["TimelineSubtask"]>;
