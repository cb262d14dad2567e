import { createRequire } from 'node:module';

const { WebSocket } = createRequire(import.meta.url)('ws');

/** Talks to the server's log views as the window does; see shared/contract/logView.ts. */
export class BenchLogSocket {
  #socket;
  #waiting = [];
  #request = 0;

  static async connect({ proxy, token }) {
    const socket = new WebSocket(`${proxy.replace(/^http/, 'ws')}/_ws/logs`, ['micro.v1', `bearer.${token}`]);
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    return new BenchLogSocket(socket);
  }

  constructor(socket) {
    this.#socket = socket;
    socket.on('message', (data) => {
      const message = JSON.parse(data);
      if (message.type === 'live') this.send({ type: 'ack', view: message.view });
      for (const waiting of [...this.#waiting]) {
        if (message.type !== 'error' && !waiting.fits(message)) continue;
        this.#waiting = this.#waiting.filter((other) => other !== waiting);
        if (message.type === 'error') waiting.reject(new Error(message.message));
        else waiting.resolve(message);
      }
    });
  }

  send(message) {
    this.#socket.send(JSON.stringify(message));
  }

  /** The next message that fits. */
  next(fits) {
    return new Promise((resolve, reject) => this.#waiting.push({ fits, resolve, reject }));
  }

  /** Sends a request and resolves with its (last) answer. */
  ask(message, isLast = () => true) {
    const request = ++this.#request;
    const answer = this.next((reply) => reply.request === request && isLast(reply));
    this.send({ ...message, request });
    return answer;
  }

  close() {
    this.#socket.close();
  }
}
