import type { ConnectRouter } from '@connectrpc/connect';
import { Settings as SettingsContract } from '../../../../shared/contract/gen/settings_pb.ts';
import { defaultSettings, type Settings, type SettingsChange } from '../../../../shared/contract/settings.ts';

/** Collaborators of {@link settingsService}. */
export interface SettingsServiceOptions {
  settings: {
    readonly path: string;
    read(): Promise<{ settings: Settings; problem: string | undefined }>;
    change(change: SettingsChange): Promise<Settings>;
  };
  /** Bytes that logs take on disk. */
  logBytes: () => Promise<number>;
}

/** Serves settings.json of the server. */
export function settingsService(router: ConnectRouter, options: SettingsServiceOptions): void {
  const { settings, logBytes } = options;
  const answer = async () => {
    const { settings: current, problem } = await settings.read();
    return {
      logs: current.logs,
      defaultLogs: defaultSettings.logs,
      file: settings.path,
      problem: problem ?? '',
      logBytes: await logBytes(),
    };
  };
  router.service(SettingsContract, {
    readSettings: answer,
    async changeSettings({ logs }) {
      const set = logs && Object.entries(logs).filter(([key, value]) => !key.startsWith('$') && value !== undefined);
      await settings.change(set ? { logs: Object.fromEntries(set) } : {});
      return answer();
    },
  });
}
