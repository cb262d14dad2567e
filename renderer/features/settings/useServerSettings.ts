import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { ChangeSettingsRequestSchema } from '../../../shared/contract/gen/settings_pb.ts';
import { api } from '../../client/api.ts';

const queryKey = ['settings'];

/** The settings of the server, and a way to change some of them; a change rejects when the server refuses it. */
export function useServerSettings() {
  const client = useQueryClient();
  const query = useQuery({ queryKey, queryFn: ({ signal }) => api().settings.readSettings({}, { signal }) });
  const change = async (request: MessageInitShape<typeof ChangeSettingsRequestSchema>): Promise<void> => {
    client.setQueryData(queryKey, await api().settings.changeSettings(request));
  };
  return { query, change };
}
