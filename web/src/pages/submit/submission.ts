// What the form of a submission holds, and what is sent of it.

import type { Schemas } from "@/api/client";
import { splitArguments } from "./arguments";

export interface SubmissionForm {
  name: string;
  /** As on a command line. */
  arguments: string;
  parallelism: number | "";
  savepoint: string;
  allowNonRestored: boolean;
  /** One `key: value` or `key=value` a line. */
  settings: string;
}

export const emptyForm: SubmissionForm = {
  name: "",
  arguments: "",
  parallelism: "",
  savepoint: "",
  allowNonRestored: false,
  settings: "",
};

export function parseSettings(text: string): {
  settings: Record<string, string>;
  problem: string | null;
} {
  const settings: Record<string, string> = {};
  for (const line of text.split("\n").map((part) => part.trim())) {
    if (line === "") continue;
    const match = /^([A-Za-z0-9_.-]+)\s*[:=]\s*(.*)$/.exec(line);
    if (!match) return { settings, problem: `'${line}' is not like 'key: value'` };
    settings[match[1] ?? ""] = match[2] ?? "";
  }
  return { settings, problem: null };
}

/** What a form would be refused for before it is sent; null when nothing. */
export function problemsOf(form: SubmissionForm): {
  arguments: string | null;
  settings: string | null;
} {
  return {
    arguments: splitArguments(form.arguments).problem,
    settings: parseSettings(form.settings).problem,
  };
}

export function submissionOf(form: SubmissionForm): Schemas["Submission"] {
  const { settings } = parseSettings(form.settings);
  return {
    programArgsList: splitArguments(form.arguments).words,
    ...(form.name.trim() && { jobName: form.name.trim() }),
    ...(form.parallelism !== "" && { parallelism: form.parallelism }),
    ...(form.savepoint.trim() && { savepointPath: form.savepoint.trim() }),
    ...(form.savepoint.trim() && { allowNonRestoredState: form.allowNonRestored }),
    ...(Object.keys(settings).length > 0 && { configuration: settings }),
  };
}

/** A key for a submission, so that sending it again after a lost answer makes no second job. */
export function newIdempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
