import { addCallOptions, requestOf } from '../callOptions.ts';
import { makeCall } from '../makeCall.ts';
import { addExamples } from '../program.ts';
import type { Verb } from '../verb.ts';

/** ms that a stream may go on when nothing else is asked for: a day, since streams have no end of their own. */
const STREAM_TIMEOUT_MS = 24 * 60 * 60 * 1000;

/** `micro stream`: the same as `micro call`, with the answer as it comes, until it ends or ctrl-C. */
export const streamVerb: Verb = {
  configure(command) {
    addCallOptions(command);
    addExamples(command, [
      ['micro stream orders /events', 'server-sent events as they come'],
      [`micro stream greeter Greeter.Watch '{}'`, 'messages of gRPC, one a line'],
    ]);
  },
  async run(context, args, options) {
    const request = await requestOf(context, args, options);
    return makeCall(
      context,
      {
        ...request,
        timeoutMs: request.timeoutMs || STREAM_TIMEOUT_MS,
        maxBytes: options.max === undefined ? Number.MAX_SAFE_INTEGER : (request.maxBytes ?? 0),
        unlisted: true,
      },
      { showHead: options.include === true, asItComes: true },
    );
  },
};
