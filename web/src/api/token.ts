// The token that changes are made with. It comes with the address once (`#token=…`), or from the token
// dialog, and lives as long as the browser's tab.

import { useSyncExternalStore } from "react";

const storageKey = "penstock.token";
const listeners = new Set<() => void>();

export function readToken(): string | null {
  return sessionStorage.getItem(storageKey);
}

export function storeToken(token: string | null): void {
  if (token) sessionStorage.setItem(storageKey, token);
  else sessionStorage.removeItem(storageKey);
  for (const listener of listeners) listener();
}

/** Moves a token from the address to the session, so that it is not left in the history. */
export function takeTokenFromAddress(): void {
  const match = /^#\/?token=([^&]*)(?:&(.*))?$/.exec(window.location.hash);
  if (!match) return;
  storeToken(decodeURIComponent(match[1] ?? ""));
  window.history.replaceState(null, "", `#${match[2] ?? "/"}`);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useToken(): string | null {
  return useSyncExternalStore(subscribe, readToken);
}
