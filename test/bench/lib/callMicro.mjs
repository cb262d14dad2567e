import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Returns a function that calls a method of the API of a running server: `call('Status', {})`. */
export function microCaller(home, server) {
  const { token } = JSON.parse(readFileSync(join(home, 'server.json'), 'utf8'));
  return async (method, body) => {
    const response = await fetch(`${server.ready.proxy}/desktop.Desktop/${method}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${method}: ${await response.text()}`);
    return response.json();
  };
}
