import { exitCode } from '../exitCode.ts';
import { inputBytes } from '../inputBytes.ts';
import { parseMetadata } from '../metadataOption.ts';
import { collect } from '../parseEnv.ts';
import { addExamples } from '../program.ts';
import { usageError } from '../usageError.ts';
import type { Verb } from '../verb.ts';

/** `micro publish`: a message of the broker, to whoever listens at the moment. */
export const publishVerb: Verb = {
  configure(command) {
    command
      .argument('<topic>', 'topic of the broker')
      .argument('[message]', 'JSON or text; - or nothing reads standard input')
      .option('-m, --metadata <pair>', 'a header of the message, name=value; several times', collect)
      .option('--file <file>', 'the message is what the file holds');
    addExamples(command, [
      [`micro publish prices '{"sku":"a","cents":250}'`, 'tell whoever listens; nothing is kept'],
      [`micro events publish prices '{}'`, 'an event is kept, and consumed later too'],
    ]);
  },
  async run(context, args, options) {
    const [topic = '', text] = [...args, ...(context.rest ?? [])];
    const header = parseMetadata(options.metadata as string[] | undefined);
    const file = options.file as string | undefined;
    if (text !== undefined && file !== undefined)
      throw usageError('a message and --file exclude each other', 'give one of them');
    const { client } = await context.connect();
    const body = text === undefined || text === '-' ? await inputBytes(context, file) : Buffer.from(text);
    await client.broker.publish({ topic, message: { header, body } }, { signal: context.signal });
    if (context.json) context.out.json({ topic, bytes: body.length });
    else context.say(`${body.length} bytes published on ${topic}`);
    return exitCode.fine;
  },
};
