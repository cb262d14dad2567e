/** So much is kept at most, characters or bytes: a few commands, or a paste. */
const MAX_KEPT = 65_536;

/** What is typed into a terminal before its shell is there. It is kept in order and handed over once. */
export class EarlyInput {
  private parts: (string | Uint8Array)[] | undefined = [];
  private size = 0;

  /** Keeps input; false once the shell is there. More than is kept is dropped whole: half a command must not run. */
  keep(data: string | Uint8Array): boolean {
    if (!this.parts) return false;
    if (this.size + data.length <= MAX_KEPT) {
      this.parts.push(data);
      this.size += data.length;
    }
    return true;
  }

  /** The shell is there: what was kept, the oldest first. Nothing is kept from now on. */
  take(): (string | Uint8Array)[] {
    const parts = this.parts ?? [];
    this.parts = undefined;
    return parts;
  }
}
