import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Keychain } from '../../../electron/desktop/keychain.ts';
import { KeyHandOver } from '../../../electron/desktop/keyHandOver.ts';
import type { ServerFile } from '../../../electron/server/serverFile.ts';

vi.mock('electron', () => ({ safeStorage: {} }));

/** Turns texts around; what it did not close it refuses. */
class FakeKeychain implements Keychain {
  name: string | undefined = 'KWallet';
  close(text: string): string {
    return `closed:${[...text].reverse().join('')}`;
  }
  open(closed: string): string {
    if (!closed.startsWith('closed:')) throw new Error('not mine');
    return [...closed.slice('closed:'.length)].reverse().join('');
  }
}

const server = { pid: 7 } as ServerFile;
let keychain: FakeKeychain;
let calls: [method: string, body: unknown][];
let state: Record<string, unknown>;
let lines: string[];
let handOver: KeyHandOver;

beforeEach(() => {
  keychain = new FakeKeychain();
  calls = [];
  lines = [];
  state = { place: 'KEY_PLACE_KEYCHAIN', keychain: 'KWallet', closed: keychain.close('a2V5') };
  const say = (text: string): void => void lines.push(text);
  handOver = new KeyHandOver({
    keychain,
    server: () => server,
    log: { info: say, warn: say },
    async call(_server, method, body) {
      calls.push([method.replace('desktop.SecretKey/', ''), body]);
      if (method.endsWith('/ReadKey')) return state;
      return method.endsWith('/TakeKey') ? { key: 'a2V5' } : {};
    },
  });
});

describe('the key of secrets and the keychain', () => {
  it('is handed to a server that comes without it, and stands in no log', async () => {
    await handOver.welcome(server);
    expect(calls).toEqual([
      ['ReadKey', {}],
      ['HandOverKey', { key: 'a2V5' }],
    ]);
    expect(lines).toEqual(['the key of secrets was handed over from KWallet']);
  });

  it('is left alone where the server has it, or where it is a file or nowhere yet', async () => {
    for (const other of [{ ...state, open: true }, { place: 'KEY_PLACE_FILE', open: true }, { open: true }]) {
      state = other;
      await handOver.welcome(server);
    }
    expect(calls.map(([method]) => method)).toEqual(['ReadKey', 'ReadKey', 'ReadKey']);
    expect(lines).toEqual([]);
  });

  it('stays closed, and that is said, when the keychain does not open it', async () => {
    state = { ...state, closed: 'of somebody else' };
    await handOver.welcome(server);
    keychain.name = undefined;
    await handOver.welcome(server);
    expect(calls.map(([method]) => method)).toEqual(['ReadKey', 'ReadKey']);
    expect(lines).toEqual([
      'the key of secrets was not handed over: not mine',
      'the key of secrets was not handed over: this desktop has no keychain that could open it',
    ]);
  });

  it('moves into the keychain, and only if it would come out again', async () => {
    await handOver.move('keychain');
    expect(calls).toEqual([
      ['TakeKey', {}],
      ['MoveKey', { keychain: 'KWallet', closed: keychain.close('a2V5') }],
    ]);
    calls.length = 0;
    keychain.open = () => 'something else';
    await expect(handOver.move('keychain')).rejects.toThrow('does not give back');
    keychain.name = undefined;
    await expect(handOver.move('keychain')).rejects.toThrow('no keychain');
    expect(calls.map(([method]) => method)).toEqual(['TakeKey']);
  });

  it('moves back into a file, opened first if it has to be', async () => {
    await handOver.move('file');
    expect(calls.map(([method]) => method)).toEqual(['ReadKey', 'HandOverKey', 'MoveKey']);
    expect(calls.at(-1)?.[1]).toEqual({});
  });
});
