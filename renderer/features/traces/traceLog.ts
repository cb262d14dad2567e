import type { Span } from '../../../shared/contract/gen/traces_pb.ts';
import { openLogOf } from '../../state/callActions.ts';

/** Opens what the service of a span, and its caller, wrote while it lasted. */
export function openSpanLog({ service, from, startedAt, durationMs, spanId }: Span): void {
  openLogOf([service, from], startedAt, startedAt + durationMs, spanId);
}
