/** A request to end an instance, or a service with all its instances. */
export interface StopRequest {
  /** In words, becomes the outcome: `stopped by you`. */
  why: string;
  /** SIGKILL at once. */
  force?: boolean;
  /** The instance failed and is stopped for it: the end counts as a failure. */
  failed?: boolean;
  /** Another start follows at once, and it does not wait until the log of this run is on disk. */
  replaced?: boolean;
  /**
   * Called when nothing of it runs any more, where that is before everything of it is gone: what it needed may end then. Never
   * called where both are the same.
   */
  handleEnded?: () => void;
}
