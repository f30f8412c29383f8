import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { asApiError } from "@/api/error";
import { EmptyState } from "@/components/empty-state";
import { QueryView } from "@/components/query-view";
import { isAbsent } from "../queries";

interface Props<T> {
  query: UseQueryResult<T>;
  error: string;
  lines?: number;
  children: (data: T) => ReactNode;
}

/** A QueryView that says so when this coordinator has no such thing to tell. */
export function JobQueryView<T>(props: Props<T>) {
  const { query } = props;
  if (query.data === undefined && isAbsent(query.error)) {
    return (
      <EmptyState title="Not available from this coordinator">
        {asApiError(query.error).message}
      </EmptyState>
    );
  }
  return <QueryView {...props} />;
}
