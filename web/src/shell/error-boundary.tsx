import { Component, type ReactNode } from "react";
import { ErrorState } from "@/components/error-state";

interface ErrorBoundaryProps {
  /** Address of the page: another one begins anew. */
  location: string;
  children: ReactNode;
}

/** Keeps an error of a page from taking the shell with it. */
export class ErrorBoundary extends Component<ErrorBoundaryProps, { error: unknown }> {
  override state: { error: unknown } = { error: null };

  override componentDidUpdate(before: ErrorBoundaryProps) {
    if (before.location !== this.props.location && this.state.error !== null) {
      this.setState({ error: null });
    }
  }

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
