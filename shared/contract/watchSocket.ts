/**
 * What watches something (`/desktop.Desktop/Watch`, `/desktop.Traffic/WatchGraph`) can be had over a WebSocket below
 * {@link WATCH_SOCKET_PATH} too: `/_ws/watch/desktop.Desktop/Watch?message=<base64 of the request>`. Its binary messages are, one
 * after the other, the bytes of the answer that Connect gives over HTTP.
 */
export const WATCH_SOCKET_PATH = '/_ws/watch';

/** Whether a path ends with a method that watches: its answer goes on for as long as somebody listens, and it changes nothing. */
export function isWatchPath(path: string): boolean {
  return /\/[\w.]+\/Watch[A-Za-z]*$/.test(path);
}
