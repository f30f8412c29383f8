// The answers of the REST API as the pages of one job read them. Optional members are those that an
// older coordinator does not send; a page says so instead of showing nothing.

export type Millis = number;

/** How busy a vertex is; see `live` in `GET /jobs/:j`. Ratios are 0..1. */
export interface Live {
  "busy-ratio"?: number | null;
  "busy-ratio-average"?: number | null;
  "idle-ratio-average"?: number | null;
  "backpressured-ratio"?: number | null;
  "backpressured-ratio-average"?: number | null;
  "records-in-per-second"?: number | null;
  "records-out-per-second"?: number | null;
  "bytes-in-per-second"?: number | null;
  "bytes-out-per-second"?: number | null;
  watermark?: Millis | null;
  "watermark-lag"?: Millis | null;
  skew?: number | null;
  "pending-records"?: number | null;
}

export interface IoMetrics {
  "read-bytes"?: number;
  "write-bytes"?: number;
  "read-records"?: number;
  "write-records"?: number;
  "accumulated-backpressured-time"?: Millis;
  "accumulated-idle-time"?: Millis;
  "accumulated-busy-time"?: Millis;
}

export interface Vertex {
  id: string;
  name: string;
  maxParallelism?: number;
  parallelism: number;
  status: string;
  "start-time": Millis;
  "end-time": Millis;
  duration: Millis;
  tasks: Record<string, number>;
  metrics: IoMetrics;
  live?: Live | null;
}

export interface PlanNode {
  id: string;
  parallelism?: number;
  description?: string;
  inputs?: { id: string; ship_strategy?: string; num?: number }[];
}

export interface Plan {
  jid?: string;
  name?: string;
  nodes: PlanNode[];
}

export interface EdgeRate {
  source: string;
  target: string;
  "ship-strategy"?: string;
  "records-per-second"?: number | null;
  "bytes-per-second"?: number | null;
}

export interface Bottleneck {
  vertex: string;
  name: string;
  "busy-ratio": number;
  "backpressured-upstream"?: string[];
  reason: string;
  hint: string;
}

export interface WatermarkHolder {
  vertex: string;
  name: string;
  subtask: number;
  split?: string | null;
  watermark: Millis;
  lag: Millis;
  since: Millis;
  reason: string;
}

export interface Rescale {
  parallelism: number;
  status: string;
  reason?: string;
}

export interface JobDetail {
  jid: string;
  name: string;
  state: string;
  "status-reason"?: string;
  "start-time": Millis;
  "end-time": Millis;
  duration: Millis;
  now: Millis;
  restarts?: number;
  generation?: number;
  guarantee?: string;
  isStoppable?: boolean;
  maxParallelism?: number;
  savepoint?: string;
  rescale?: Rescale | null;
  timestamps: Record<string, Millis>;
  vertices: Vertex[];
  "status-counts": Record<string, number>;
  plan: Plan;
  edges?: EdgeRate[];
  bottleneck?: Bottleneck | null;
  "watermark-holder"?: WatermarkHolder | null;
}

export interface CheckpointSubtask {
  index: number;
  status: string;
  ack_timestamp?: Millis;
  end_to_end_duration?: Millis;
  state_size?: number;
  checkpointed_size?: number;
  checkpoint?: { sync: Millis; async: Millis };
  alignment?: { duration: Millis };
  start_delay?: Millis;
}

export interface SubtaskTimes {
  subtask: number;
  endpoint?: string;
  host?: string;
  duration?: Millis;
  timestamps: Record<string, Millis>;
}

export interface JobEvent {
  id: number;
  timestamp: Millis;
  level: string;
  kind: string;
  message: string;
}
