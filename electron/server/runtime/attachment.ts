/** A process that somebody else started and that joined under the name of a service. */
export interface Attachment {
  instance: string;
  /** 0 and empty when the system does not tell whose the port is. */
  pid: number;
  startTime: string;
  command: string;
  port: number;
  /** Its process has ended, or it was let go. */
  onEnd(why: string): void;
}
