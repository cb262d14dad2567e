import { Autocomplete, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { toMicroError } from '../../../shared/contract/errors.ts';
import { apiOf } from '../../client/api.ts';
import { LOCAL } from '../../client/environment.ts';
import { Field, FieldNote, TwoFields } from '../../ui/Form.tsx';
import { ClusterLimits } from './ClusterLimits.tsx';
import type { DraftCluster } from './draft.ts';

/** Which namespace of which cluster, and what its server has to know of it. `isAdded`: what runs there stays where it is. */
export function ClusterFields({
  cluster,
  isAdded,
  change,
}: {
  cluster: DraftCluster;
  isAdded: boolean;
  change: (changed: DraftCluster) => void;
}) {
  const { kubeconfig } = cluster;
  const contexts = useQuery({
    queryKey: ['environments', 'contexts', kubeconfig],
    queryFn: async ({ signal }) => (await apiOf(LOCAL).environments.listContexts({ kubeconfig }, { signal })).contexts,
    enabled: !isAdded,
    retry: false,
  });
  const known = contexts.data ?? [];
  const set = (changed: Partial<DraftCluster>): void => change({ ...cluster, ...changed });
  const text = (name: keyof DraftCluster, label: string, placeholder: string, disabled = false) => (
    <Field label={label}>
      <TextInput
        value={cluster[name]}
        placeholder={placeholder}
        disabled={disabled}
        onChange={(event) => set({ [name]: event.currentTarget.value.trim() })}
      />
    </Field>
  );
  return (
    <>
      <TwoFields>
        <Field label="Context">
          <Autocomplete
            value={cluster.context}
            data={known.map(({ name }) => name)}
            placeholder={known.find(({ isCurrent }) => isCurrent)?.name ?? 'minikube'}
            disabled={isAdded}
            comboboxProps={{ withinPortal: true }}
            onChange={(context) => {
              const own = known.find(({ name }) => name === context)?.namespace ?? '';
              set({ context, namespace: cluster.namespace || own });
            }}
          />
        </Field>
        {text('namespace', 'Namespace of the cluster', 'default', isAdded)}
      </TwoFields>
      {contexts.error ? <FieldNote bad>{toMicroError(contexts.error).message}</FieldNote> : null}
      {contexts.data?.length === 0 ? <FieldNote>No context is known yet: name the file that has one.</FieldNote> : null}
      {text('kubeconfig', 'Kubeconfig, if it is not the usual one', '~/.kube/config')}
      <TwoFields>
        {text('imagePrefix', 'Images are pushed under', 'registry.example/team')}
        {text('advertise', 'Pods reach this machine at', 'host:port')}
      </TwoFields>
      <ClusterLimits />
    </>
  );
}
