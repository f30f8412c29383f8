// Whether the token dialog is wanted: the user asked for it, or a change was refused without a token.

import { useSyncExternalStore } from "react";

export type TokenRequest = null | "asked" | "refused";

let request: TokenRequest = null;
const listeners = new Set<() => void>();

export function requestToken(reason: TokenRequest): void {
  request = reason;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useTokenRequest(): TokenRequest {
  return useSyncExternalStore(subscribe, () => request);
}
