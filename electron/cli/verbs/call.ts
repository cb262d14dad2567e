import { addCallOptions, requestOf } from '../callOptions.ts';
import { makeCall } from '../makeCall.ts';
import { addExamples } from '../program.ts';
import type { Verb } from '../verb.ts';

/** `micro call`: calls an endpoint of a service through the gateway and prints the answer. */
export const callVerb: Verb = {
  configure(command) {
    addCallOptions(command);
    addExamples(command, [
      ['micro call catalog /products', 'GET a path'],
      [`micro call cart /items '{"product":"tea"}'`, 'POST a body'],
      ['micro call catalog "GET /products/{id}" -f id=7', 'an endpoint, its fields by name'],
      [`micro call greeter Greeter.Hello '{"name":"Ada"}'`, 'gRPC'],
      [
        'micro call orders /report -H "authorization: Bearer {{API_KEY}}"',
        "with a variable of the service's environment",
      ],
    ]);
  },
  async run(context, args, options) {
    const request = await requestOf(context, args, options);
    return makeCall(context, request, { showHead: options.include === true, asItComes: false });
  },
};
