import { Component, type ReactNode } from 'react';
import { ErrorState } from './States.tsx';

/** Keeps a fault of one part from taking the window down: says what happened in its place and offers a retry. */
export class ErrorBoundary extends Component<{ title: string; children: ReactNode }, { error: unknown }> {
  override state: { error: unknown } = { error: undefined };

  static getDerivedStateFromError(error: unknown): { error: unknown } {
    return { error };
  }

  override componentDidCatch(error: unknown): void {
    // eslint-disable-next-line no-console -- the page has no other log, and the desktop app keeps its console
    console.error(`${this.props.title} could not be shown`, error);
  }

  override render(): ReactNode {
    if (this.state.error === undefined) return this.props.children;
    return <ErrorState error={this.state.error} onRetry={() => this.setState({ error: undefined })} />;
  }
}
