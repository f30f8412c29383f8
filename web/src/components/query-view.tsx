import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { ErrorState } from "./error-state";
import { LoadingState } from "./loading-state";

interface QueryViewProps<T> {
  query: UseQueryResult<T>;
  /** The error's title: "The workers could not be read". */
  error: string;
  lines?: number;
  children: (data: T) => ReactNode;
}

/**
 * What a query has: its data, its error or a place for what is to come. Data that is there stays when
 * fetching it again fails: the banner of the shell says that it is old.
 */
export function QueryView<T>({ query, error, lines, children }: QueryViewProps<T>) {
  if (query.data !== undefined) return children(query.data);
  if (query.error) {
    return <ErrorState title={error} error={query.error} onRetry={() => query.refetch()} />;
  }
  return <LoadingState lines={lines} />;
}
