import { regexParts } from '../../../shared/contract/manifest.ts';

/** Longest line that is looked at, characters; a readiness message is short. */
const maxLine = 64 * 1024;

// biome-ignore lint: the escape character is what ANSI sequences begin with
const ansi = /\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)/g;

/** Looks for a text, or `/pattern/flags`, in lines of output that arrive in chunks cut anywhere. */
export class LineMatcher {
  private readonly rests = new Map<string, string>();
  private readonly decoders = new Map<string, InstanceType<typeof TextDecoder>>();
  private readonly test: (line: string) => boolean;

  constructor(pattern: string) {
    const regex = regexParts(pattern);
    if (regex) {
      const compiled = new RegExp(regex.source, regex.flags);
      this.test = (line) => compiled.test(line);
    } else {
      this.test = (line) => line.includes(pattern);
    }
  }

  /** True when a line (also an unfinished one, e.g. a prompt) matches. */
  push(stream: string, data: Uint8Array): boolean {
    let decoder = this.decoders.get(stream);
    if (!decoder) this.decoders.set(stream, (decoder = new TextDecoder()));
    const lines = ((this.rests.get(stream) ?? '') + decoder.decode(data, { stream: true })).split(/\r?\n/);
    this.rests.set(stream, (lines.at(-1) ?? '').slice(-maxLine));
    return lines.some((line) => this.test(line.replace(ansi, '')));
  }
}
