import { expect, test } from 'vitest';
import { accessWithoutLogin, connectToServer } from '../../../electron/cli/connect.ts';
import type { Place } from '../../../electron/cli/place.ts';

test('a command for a cluster never reaches the server of this machine', async () => {
  const place: Place = {
    name: 'lab',
    environment: {
      kind: 'kubernetes',
      name: 'lab',
      colour: 'teal',
      context: 'minikube',
      kubeNamespace: 'shop',
      namespace: 'micro',
    },
    isNamed: true,
  };
  const refusal = { code: 'environment.unsupported', message: expect.stringContaining('lab is a cluster') as string };
  await expect(connectToServer('/nowhere', place)).rejects.toMatchObject(refusal);
  await expect(accessWithoutLogin('/nowhere', place)).rejects.toMatchObject(refusal);
});
