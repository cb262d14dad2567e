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
      traffic: current.traffic,
      defaultTraffic: defaultSettings.traffic,
      file: settings.path,
      problem: problem ?? '',
      logBytes: await logBytes(),
      events: limitsOf(current.events),
      defaultEvents: limitsOf(defaultSettings.events),
      auth: current.auth,
    };
  };
  router.service(SettingsContract, {
    readSettings: answer,
    async changeSettings({ logs, traffic, events, auth }) {
      await settings.change({
        ...(logs && { logs: setFields(logs) }),
        ...(traffic && { traffic: setFields(traffic) }),
        ...(events && { events: setFields(events) }),
        ...(auth && { auth: setFields(auth) }),
      });
      return answer();
    },
  });
}

/** What holds for all topics. */
function limitsOf({ maxTopicMegabytes, maxTopicEvents, maxAgeHours }: Settings['events']) {
  return { maxTopicMegabytes, maxTopicEvents, maxAgeHours };
}

/** The fields of a message that the client has set. */
function setFields(message: object): object {
  return Object.fromEntries(
    Object.entries(message).filter(([key, value]) => !key.startsWith('$') && value !== undefined),
  );
}
