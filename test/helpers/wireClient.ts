import net from 'node:net';

/** What a client does on one connection: says bytes (Latin-1), waits until it has heard a text, or ends its side. */
export type WireStep = string | { until: string } | 'END';

/** ms for a whole conversation; a server that neither answers nor closes is told after it. */
const LIMIT_MS = 30_000;

/**
 * Has a conversation on one connection and says what came of it in one line: status and body of each answer, and then
 * `goes on` when the connection served a last request (which is added here), else `ends`.
 */
export async function converse(port: number, steps: readonly WireStep[], methods: readonly string[]): Promise<string> {
  const socket = net.connect({ port, host: '127.0.0.1' });
  let heard = '';
  let closed = false;
  let wake = (): void => {};
  socket.on('data', (chunk) => {
    heard += chunk.toString('latin1');
    wake();
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    closed = true;
    wake();
  });
  const late = setTimeout(() => {
    heard += '<silence>';
    socket.destroy();
  }, LIMIT_MS);
  const until = async (done: () => boolean): Promise<void> => {
    while (!closed && !done()) await new Promise<void>((resolve) => (wake = resolve));
  };
  const ending = steps.includes('END')
    ? []
    : [`GET /svc/last HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`];
  for (const step of [...steps, ...ending]) {
    if (step === 'END') socket.end();
    else if (typeof step === 'string') socket.write(Buffer.from(step, 'latin1'));
    else await until(() => heard.includes(step.until));
  }
  await until(() => false);
  clearTimeout(late);
  return summaryOf(heard, methods);
}

function summaryOf(text: string, methods: readonly string[]): string {
  const parts: string[] = [];
  let rest = text;
  let index = 0;
  while (rest !== '') {
    const end = rest.indexOf('\r\n\r\n');
    const status = /^HTTP\/1\.[01] (\d{3})/.exec(rest)?.[1];
    if (status === undefined || end < 0) {
      parts.push(`not HTTP: ${rest.slice(0, 30)}`);
      break;
    }
    const head = rest.slice(0, end);
    rest = rest.slice(end + 4);
    if (status.startsWith('1')) {
      parts.push(status);
      continue;
    }
    const isBodiless = methods[index++] === 'HEAD' || status === '204' || status === '304';
    const body = isBodiless ? { text: '', rest, whole: true } : bodyOf(head, rest);
    rest = body.rest;
    // What a server of ours or nginx says about an error is its own affair.
    const isOwnText = /^x-from-service:/im.test(head);
    if (body.text === 'GET /last') {
      parts.push('goes on');
      return parts.join(', ');
    }
    parts.push(`${status}${isOwnText && body.text ? ` ${body.text}` : ''}${body.whole ? '' : ' (cut off)'}`);
  }
  parts.push('ends');
  return parts.join(', ');
}

function bodyOf(head: string, rest: string): { text: string; rest: string; whole: boolean } {
  const length = /^content-length: *(\d+)/im.exec(head)?.[1];
  if (length !== undefined) {
    const bytes = Number(length);
    return { text: rest.slice(0, bytes), rest: rest.slice(bytes), whole: rest.length >= bytes };
  }
  if (!/^transfer-encoding: *chunked/im.test(head)) return { text: rest, rest: '', whole: true };
  let text = '';
  for (let left = rest; ; ) {
    const size = /^([0-9a-f]+)[^\r\n]*\r\n/i.exec(left);
    if (!size) return { text, rest: '', whole: false };
    const bytes = Number.parseInt(size[1] as string, 16);
    left = left.slice(size[0].length);
    if (bytes === 0) {
      const trailers = /^((?:[^\r\n]+\r\n)*)\r\n/.exec(left);
      const lines = (trailers?.[1] ?? '').trim();
      return {
        text: lines ? `${text} {${lines.replaceAll('\r\n', '; ')}}` : text,
        rest: left.slice(trailers?.[0].length ?? left.length),
        whole: trailers !== null,
      };
    }
    text += left.slice(0, bytes);
    if (left.length < bytes + 2) return { text, rest: '', whole: false };
    left = left.slice(bytes + 2);
  }
}
