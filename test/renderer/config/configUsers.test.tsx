import { create } from '@bufbuild/protobuf';
import { act, cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, it } from 'vitest';
import { ConfigUsers } from '../../../renderer/features/config/ConfigUsers.tsx';
import { currentPlace } from '../../../renderer/state/navigation.ts';
import { serverStore } from '../../../renderer/state/serverState.ts';
import { type Service, ServiceSchema } from '../../../shared/contract/gen/state_pb.ts';

afterEach(cleanup);

const service = (name: string, ...configUses: { path: string; variable: string }[]): [string, Service] => [
  name,
  create(ServiceSchema, { name, configUses }),
];
const show = (...services: [string, Service][]): void => serverStore.setState({ services: new Map(services) });

it('the services that use a value follow what micro.yaml says, and lead to the service', async () => {
  show(service('web', { path: 'db.pool', variable: 'POOL' }), service('api', { path: 'other', variable: 'X' }));
  render(<ConfigUsers path="db" secret={false} />);
  const shown = (): (string | null)[] => screen.queryAllByRole('listitem').map((item) => item.textContent);
  expect(shown()).toEqual(['web as POOL (db.pool)']);

  await userEvent.setup().click(screen.getByRole('button', { name: 'web' }));
  expect(currentPlace().service).toBe('web');

  act(() => show(service('web'), service('api', { path: 'db', variable: 'DB' })));
  expect(shown()).toEqual(['api as DB']);
  act(() => show(service('web')));
  expect(screen.getByText(/^No service/).textContent).toContain('${config:db}');
});
