import { useEffect, useRef, useState } from 'react';
import { isCancelled } from '../../../shared/client/clientError.ts';
import type { ConnectionStep, Environment } from '../../../shared/contract/gen/environments_pb.ts';
import { apiOf } from '../../client/api.ts';
import { LOCAL } from '../../client/environment.ts';
import type { DraftCluster } from './draft.ts';

/** What {@link useCheck} sends of an environment; it need not be added yet. */
export type CheckedEnvironment = Pick<Environment, 'name' | 'url' | 'ca' | 'fingerprint' | 'namespace' | 'insecure'> & {
  colour?: string;
  cluster?: DraftCluster | undefined;
};

/** The way to a server, gone step by step; each step is there as soon as it was gone. */
export function useCheck() {
  const [steps, setSteps] = useState<readonly ConnectionStep[]>([]);
  const [isRunning, setRunning] = useState(false);
  const [error, setError] = useState<unknown>();
  const current = useRef<AbortController>(undefined);
  useEffect(() => () => current.current?.abort(), []);
  const start = async ({
    name,
    url,
    ca,
    fingerprint,
    namespace,
    insecure,
    colour = '',
    cluster,
  }: CheckedEnvironment) => {
    current.current?.abort();
    const controller = new AbortController();
    const { signal } = controller;
    current.current = controller;
    setSteps([]);
    setError(undefined);
    setRunning(true);
    try {
      const environment = { name, url, ca, fingerprint, namespace, insecure, colour, ...(cluster ? { cluster } : {}) };
      for await (const step of apiOf(LOCAL).environments.checkEnvironment({ environment }, { signal }))
        if (!signal.aborted) setSteps((before) => [...before, step]);
    } catch (failure) {
      if (!signal.aborted && !isCancelled(failure)) setError(failure);
    } finally {
      if (current.current === controller) setRunning(false);
    }
  };
  return { steps, isRunning, error, start };
}
