import { create } from '@bufbuild/protobuf';
import { Code, ConnectError, createRouterTransport, type ServiceImpl } from '@connectrpc/connect';
import { describe, expect, it } from 'vitest';
import { isCancelled } from '../../../shared/client/clientError.ts';
import { createMicroClient, type MicroClient } from '../../../shared/client/microClient.ts';
import type { MicroState } from '../../../shared/client/stateReducer.ts';
import { type WatchConnection, watchState } from '../../../shared/client/watchState.ts';
import { MicroError } from '../../../shared/contract/errors.ts';
import { ActionEventSchema } from '../../../shared/contract/gen/actions_pb.ts';
import { Desktop } from '../../../shared/contract/gen/desktop_pb.ts';
import { ErrorDetailSchema } from '../../../shared/contract/gen/errors_pb.ts';
import {
  ServiceSchema,
  SnapshotSchema,
  type WatchResponse,
  WatchResponseSchema,
} from '../../../shared/contract/gen/state_pb.ts';

type Handlers = Partial<ServiceImpl<typeof Desktop>>;

/** A client whose server is the given handlers, without a socket between. */
function clientOf(handlers: Handlers): MicroClient {
  return createMicroClient({
    url: 'http://server',
    token: 't0ken',
    createTransport: ({ interceptors }) =>
      createRouterTransport((router) => void router.service(Desktop, handlers), {
        transport: { interceptors },
      }),
  });
}

const notFound = () =>
  new ConnectError('there is no service "x"', Code.NotFound, undefined, [
    {
      desc: ErrorDetailSchema,
      value: {
        code: 'service.not-found',
        message: 'there is no service "x"',
        next: 'list them',
        details: { name: 'x' },
      },
    },
  ]);

const snapshotOf = (...names: string[]): WatchResponse =>
  create(WatchResponseSchema, {
    event: {
      case: 'snapshot',
      value: create(SnapshotSchema, { services: names.map((name) => create(ServiceSchema, { name })) }),
    },
  });

async function failure(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
}

describe('createMicroClient', () => {
  it('gives back the error that the server threw: code, message, next step and details', async () => {
    const client = clientOf({
      status() {
        throw notFound();
      },
    });
    const error = (await failure(client.desktop.status({}))) as MicroError;
    expect(error).toBeInstanceOf(MicroError);
    expect(error).toMatchObject({
      code: 'service.not-found',
      kind: 'not-found',
      message: 'there is no service "x"',
      next: 'list them',
      details: { name: 'x' },
    });
  });

  it('gives back the error of a stream that fails in the middle, after what came before', async () => {
    const client = clientOf({
      async *start() {
        yield create(ActionEventSchema, { service: 'a', text: 'starting' });
        throw notFound();
      },
    });
    const seen: string[] = [];
    const error = await failure(
      (async () => {
        for await (const event of client.desktop.start({})) seen.push(event.text);
      })(),
    );
    expect(seen).toEqual(['starting']);
    expect(error).toMatchObject({ code: 'service.not-found' });
  });

  it('a code that only a newer server knows keeps its message and is told apart', async () => {
    const client = clientOf({
      info() {
        throw new ConnectError('new trouble', Code.FailedPrecondition, undefined, [
          { desc: ErrorDetailSchema, value: { code: 'future.trouble', message: 'new trouble' } },
        ]);
      },
    });
    const error = await failure(client.desktop.info({}));
    expect(error).toMatchObject({ code: 'internal.bug', message: 'new trouble', details: { code: 'future.trouble' } });
  });

  it('a refused token, an unknown call and a broken connection each have their code', async () => {
    const codes: unknown[] = [];
    for (const code of [Code.Unauthenticated, Code.Unimplemented, Code.Unavailable, Code.DeadlineExceeded]) {
      const client = clientOf({
        info() {
          throw new ConnectError('x', code);
        },
      });
      codes.push(((await failure(client.desktop.info({}))) as MicroError).code);
    }
    expect(codes).toEqual(['api.unauthenticated', 'api.unknown-method', 'server.unreachable', 'server.unreachable']);
  });

  it('a call that the caller cancels is told apart from a failure', async () => {
    const client = clientOf({ info: () => new Promise(() => {}) });
    const controller = new AbortController();
    const call = failure(client.desktop.info({}, { signal: controller.signal }));
    controller.abort();
    expect(isCancelled(await call)).toBe(true);
  });

  it('sends the token with every request', async () => {
    let header: string | null = null;
    const client = clientOf({
      info(_request, context) {
        header = context.requestHeader.get('authorization');
        return {};
      },
    });
    await client.desktop.info({});
    expect(header).toBe('Bearer t0ken');
  });
});

describe('watchState', () => {
  it('begins anew with a whole snapshot after the connection was lost, and says so in between', async () => {
    let connections = 0;
    const controller = new AbortController();
    const client = clientOf({
      async *watch(_request, context) {
        connections++;
        yield connections === 1 ? snapshotOf('a') : snapshotOf('b');
        if (connections === 1) throw new ConnectError('gone', Code.Unavailable);
        await new Promise((resolve) => context.signal.addEventListener('abort', resolve, { once: true }));
      },
    });
    const names: string[][] = [];
    const statuses: WatchConnection['status'][] = [];
    await watchState(
      client,
      {
        handleState(state: MicroState) {
          names.push([...state.services.keys()]);
          if (names.length === 2) controller.abort();
        },
        handleConnection: (connection) => void statuses.push(connection.status),
      },
      controller.signal,
    );
    expect(names).toEqual([['a'], ['b']]);
    expect(statuses).toEqual(['connecting', 'connected', 'lost', 'connecting', 'connected']);
  });

  it('gives up when the token is refused, since no further attempt can help', async () => {
    const client = clientOf({
      async *watch() {
        throw new ConnectError('no', Code.Unauthenticated);
      },
    });
    const error = await failure(watchState(client, { handleState: () => {} }, new AbortController().signal));
    expect(error).toMatchObject({ code: 'api.unauthenticated' });
  });
});
