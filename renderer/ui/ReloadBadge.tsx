import type { Service } from '../../shared/contract/gen/state_pb.ts';
import { reloadNote, swapNoteMs } from './reloadNote.ts';
import { ToneBadge } from './ToneBadge.tsx';
import { useNowUntil } from './useNow.ts';

/** What build and hot reload have to say, as a small coloured word; nothing when all is quiet. */
export function ReloadBadge({ service }: { service: Service }) {
  const now = useNowUntil((service.reload?.at ?? 0) + swapNoteMs);
  const note = reloadNote(service, now);
  if (!note) return null;
  return <ToneBadge {...note} />;
}
