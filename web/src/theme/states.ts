// Which tone a state is shown in. The tones' colours are in tones.css.

export type Tone = "good" | "done" | "busy" | "warn" | "bad" | "quiet";

const tones: Record<string, Tone> = {
  RUNNING: "good",
  COMPLETED: "good",
  FINISHED: "done",
  INITIALIZING: "busy",
  CREATED: "busy",
  SCHEDULED: "busy",
  DEPLOYING: "busy",
  IN_PROGRESS: "busy",
  RECONCILING: "busy",
  RESTARTING: "warn",
  FAILING: "bad",
  FAILED: "bad",
  CANCELLING: "warn",
  CANCELING: "warn",
  CANCELED: "quiet",
  SUSPENDED: "quiet",
};

export const toneOfState = (state: string): Tone => tones[state] ?? "quiet";

const moving = new Set(["busy", "warn"]);

/** Whether the state is on the way to another one. */
export const isMoving = (state: string): boolean => moving.has(toneOfState(state));

const ended = new Set(["FINISHED", "FAILED", "CANCELED"]);

export const isEnded = (state: string): boolean => ended.has(state);
