/** What is kept of unfinished output, characters: the lines that are looked for are short. */
const maxRest = 4096;
const openLine =
  /Debugger listening on ws:\/\/[^\s/]*:(\d+)\/|Listening for transport dt_socket at address: (?:\S*:)?(\d+)/g;

/** Finds in output on which port a debugger was opened; of several the last one counts: launchers come first. */
export class DebuggerOutput {
  /** Every port that was named: launchers open a debugger as well. */
  readonly ports = new Set<number>();
  private rest = '';

  push(data: Uint8Array): number | undefined {
    const text = this.rest + new TextDecoder().decode(data);
    const end = text.lastIndexOf('\n') + 1;
    this.rest = text.slice(end).slice(-maxRest);
    const found = [...text.slice(0, end).matchAll(openLine)].map((match) => Number(match[1] ?? match[2]));
    for (const port of found) this.ports.add(port);
    return found.at(-1);
  }
}
