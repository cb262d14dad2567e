import type { Call } from '../../shared/contract/gen/traffic_pb.ts';
import { api } from '../client/api.ts';
import { type CallDraft, makeDraft } from './callDraft.ts';

/** A draft of a call that was seen, with its body as far as that is kept; `missing` says what is not, and is else empty. */
export async function draftOfCall(call: Call): Promise<{ draft: CallDraft; missing: string }> {
  if (call.kind === 'grpc') return grpcDraft(call);
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

/** A call of gRPC is made with messages in JSON; the server reads them out of what it kept. */
async function grpcDraft({ id, to, path, requestBytes }: Call): Promise<{ draft: CallDraft; missing: string }> {
  const { kept, cut, messages, endpoint, problem } = await api().traffic.callBody({ id });
  const draft = makeDraft({
    service: to,
    endpoint: endpoint || path.slice(1).replace('/', '.'),
    method: '',
    path,
    body: bodyOf(messages),
  });
  const size = `${requestBytes.toLocaleString('en')} bytes`;
  if (problem !== '') return { draft, missing: `Its messages (${size}) cannot be shown: ${problem}.` };
  if (!kept && requestBytes > 0) {
    return {
      draft,
      missing: `Its messages (${size}) are not there: they are kept for a while, as far as the settings say.`,
    };
  }
  return { draft, missing: cut ? `Only ${messages.length} of its messages were kept whole (${size} in all).` : '' };
}

/** One message in order, unless that would change a number in it; several on lines of their own. */
function bodyOf(messages: readonly string[]): string {
  const [only = '', ...others] = messages;
  if (others.length > 0) return messages.join('\n');
  try {
    const value: unknown = JSON.parse(only);
    return JSON.stringify(value) === only ? JSON.stringify(value, null, 2) : only;
  } catch {
    return only;
  }
}
