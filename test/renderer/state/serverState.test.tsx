import { create } from '@bufbuild/protobuf';
import { act, cleanup, render } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { applyServerState, serverStore, useService, useServiceNames } from '../../../renderer/state/serverState.ts';
import { emptyState } from '../../../shared/client/stateReducer.ts';
import { type Service, ServiceSchema, Status } from '../../../shared/contract/gen/state_pb.ts';

const service = (name: string, status = Status.RUNNING): Service => create(ServiceSchema, { name, status });
const stateOf = (...services: Service[]) => ({
  ...emptyState,
  services: new Map(services.map((each) => [each.name, each])),
});

beforeEach(() => applyServerState(emptyState));
afterEach(cleanup);

describe('views of the state', () => {
  it('draw again only for the service they show', () => {
    const draws: string[] = [];
    function View({ name }: { name: string }) {
      const shown = useService(name);
      draws.push(`${name} ${shown?.status}`);
      return null;
    }
    const orders = service('orders');
    const catalog = service('catalog');
    act(() => applyServerState(stateOf(orders, catalog)));
    render(
      <>
        <View name="orders" />
        <View name="catalog" />
      </>,
    );
    draws.length = 0;
    act(() => applyServerState(stateOf(service('orders', Status.ERROR), catalog)));
    expect(draws).toEqual([`orders ${Status.ERROR}`]);
  });

  it('get a new list of names only when a service came or went', () => {
    const lists: (readonly string[])[] = [];
    function Names() {
      lists.push(useServiceNames());
      return null;
    }
    act(() => applyServerState(stateOf(service('b'), service('a'))));
    render(<Names />);
    act(() => applyServerState(stateOf(service('b', Status.ERROR), service('a'))));
    act(() => applyServerState(stateOf(service('c'), service('b'), service('a'))));
    expect(lists).toEqual([
      ['a', 'b'],
      ['a', 'b', 'c'],
    ]);
  });

  it('know whether the state was heard at all', () => {
    serverStore.setState({ loaded: false });
    applyServerState(emptyState);
    expect(serverStore.getState().loaded).toBe(true);
  });
});
