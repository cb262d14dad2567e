import type { Call } from '../../shared/contract/gen/traffic_pb.ts';
import { api } from '../client/api.ts';
import { type CallDraft, makeDraft } from './callDraft.ts';

/** A draft of a call that was seen, with its body as far as that is kept; `missing` says what is not, and is else empty. */
export async function draftOfCall(call: Call): Promise<{ draft: CallDraft; missing: string }> {
  const { to, method, path, requestBytes } = call;
  const draft = makeDraft({ service: to, method, path });
  if (requestBytes === 0) return { draft, missing: '' };
  const { kept, body, contentType, cut } = await api().traffic.callBody({ id: call.id });
  const size = `${requestBytes.toLocaleString('en')} bytes`;
  if (!kept) {
    return {
      draft,
      missing: `Its body (${size}) is not there: only text is kept, for a while, as far as the settings say.`,
    };
  }
  return {
    draft: { ...draft, headers: [{ name: 'content-type', value: contentType }], body: new TextDecoder().decode(body) },
    missing: cut ? `Only the first ${body.length.toLocaleString('en')} of ${size} of its body were kept.` : '',
  };
}
