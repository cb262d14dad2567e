/** How a call of gRPC-Web is written: not at all (plain gRPC), in bytes, or in base64. */
export type WebForm = 'none' | 'binary' | 'text';

/** Finds the form of a call from its content type. */
export function webForm(contentType: string): WebForm {
  if (!contentType.startsWith('application/grpc-web')) return 'none';
  return contentType.startsWith('application/grpc-web-text') ? 'text' : 'binary';
}

/** The content type of gRPC for one of gRPC-Web: `application/grpc-web-text+proto` is `application/grpc+proto`. */
export function grpcType(webContentType: string): string {
  return webContentType.replace(/^application\/grpc-web(?:-text)?/, 'application/grpc');
}

/** The content type of gRPC-Web for one of gRPC. */
export function webType(contentType: string, form: WebForm): string {
  return contentType.replace(/^application\/grpc(?!-web)/, `application/grpc-web${form === 'text' ? '-text' : ''}`);
}

/** Mark of a frame that holds trailers. */
const TRAILERS = 0x80;

/** Trailers as the last frame of the body, which is where gRPC-Web has them. `flat` is a list of names and values. */
export function webTrailerFrame(flat: readonly string[]): Buffer {
  let text = '';
  for (let i = 0; i < flat.length; i += 2) text += `${(flat[i] as string).toLowerCase()}: ${flat[i + 1]}\r\n`;
  const body = Buffer.from(text, 'latin1');
  const head = Buffer.alloc(5);
  head.writeUInt8(TRAILERS, 0);
  head.writeUInt32BE(body.length, 1);
  return Buffer.concat([head, body]);
}

/** Decodes base64 that comes in pieces; each part that is whole may end in padding of its own. */
export class WebTextDecoder {
  private rest = '';

  push(chunk: Buffer): Buffer {
    const text = this.rest + chunk.toString('latin1').replace(/\s+/g, '');
    const whole = text.length - (text.length % 4);
    this.rest = text.slice(whole);
    const parts = text.slice(0, whole).match(/[^=]+=*/g) ?? [];
    return Buffer.concat(parts.map((part) => Buffer.from(part, 'base64')));
  }
}
