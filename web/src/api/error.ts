// Errors of the coordinator: what is wrong and, mostly, what to do about it.

import type { components } from "./schema";

export type ErrorCode = components["schemas"]["Error"]["error"]["code"] | "unreachable";

export class ApiError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly hint: string,
    /** HTTP status; 0 when there was no answer. */
    readonly status: number,
  ) {
    super(message);
    this.name = "ApiError";
  }
}

export function unreachable(): ApiError {
  return new ApiError(
    "unreachable",
    "the coordinator does not answer",
    "check that it runs, with 'penstock cluster status'; this page goes on by itself when it is back",
    0,
  );
}

/** The error that a response stands for; `body` is what it holds, parsed where it is JSON. */
export function errorOf(status: number, body: unknown): ApiError {
  const error = (body as { error?: { code?: ErrorCode; message?: string; hint?: string } } | null)
    ?.error;
  if (error?.message) {
    return new ApiError(error.code ?? "failed", error.message, error.hint ?? "", status);
  }
  if (status >= 500) return unreachable();
  return new ApiError("failed", `the coordinator answered with status ${status}`, "", status);
}

export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  return new ApiError("failed", error instanceof Error ? error.message : String(error), "", 0);
}
