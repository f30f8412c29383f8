import { Component, type ReactNode } from "react";
import { ErrorState } from "@/components/error-state";

/** Keeps an error of a page from taking the shell with it. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { error: unknown }> {
  override state: { error: unknown } = { error: null };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    if (this.state.error === null) return this.props.children;
    return (
      <ErrorState
        title="This page could not be shown"
        error={this.state.error}
        onRetry={() => window.location.reload()}
      />
    );
  }
}
