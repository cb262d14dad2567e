import { type MessagePort, parentPort } from 'node:worker_threads';
import { Screen } from './screen.ts';
import type { FromScreenThread, ToScreenThread } from './screenMessages.ts';

/** Draws the screens of one server; see {@link ThreadScreens}. */
function serveScreens(port: MessagePort): void {
  const screens = new Map<number, Screen>();
  const post = (message: FromScreenThread): void => port.postMessage(message);
  port.on('message', (message: ToScreenThread) => {
    const { screen: number } = message;
    if (message.type === 'create') {
      const screen = new Screen(message.cols, message.rows);
      screens.set(number, screen);
      screen.onDidReply((data) => post({ type: 'reply', screen: number, data }));
      screen.onDidChangeTitle((title) => post({ type: 'title', screen: number, title }));
      return;
    }
    const screen = screens.get(number);
    switch (message.type) {
      case 'write':
        screen?.write(message.data, () => post({ type: 'drawn', screen: number }));
        break;
      case 'resize':
        screen?.resize(message.cols, message.rows);
        break;
      case 'capture':
        screen?.capture((captured) => post({ type: 'captured', screen: number, captured }));
        break;
      case 'dispose':
        screen?.dispose();
        screens.delete(number);
        break;
    }
  });
}

if (parentPort) serveScreens(parentPort);
