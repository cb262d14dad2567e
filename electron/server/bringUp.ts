import { MicroError } from '../../shared/contract/errors.ts';
import type { ActionEvent } from '../../shared/contract/gen/actions_pb.ts';
import { errorText, type Logger } from './base/logger.ts';
import type { ShellEnvironment } from './host/shellEnvironment.ts';
import type { Runtime } from './runtime/runtime.ts';

/** What {@link bringUp} works with. */
export interface BringUpOptions {
  runtime: Runtime;
  shell: Pick<ShellEnvironment, 'read'>;
  /** Folders to open and start, besides what was open and wanted last time. */
  projects: readonly string[];
  logger: Logger;
  listener: (event: ActionEvent) => void;
  /** What was there is back. */
  handleRecovered: () => void;
  /** Aborts when the server stops. */
  stopped: AbortSignal;
}

/** Deals with what an earlier server left, then opens and starts. Never rejects: it goes on behind the ready line. */
export async function bringUp(options: BringUpOptions): Promise<void> {
  const { runtime, shell, projects, logger, listener, stopped } = options;
  try {
    const { warning } = await shell.read();
    if (warning) logger.warn(warning);
    await runtime.recover(listener, stopped);
    if (!stopped.aborted) options.handleRecovered();
    for (const folder of projects) {
      if (stopped.aborted) return;
      await openAndStart(folder, options);
    }
  } catch (error) {
    logger.error('bringing services back failed', { error: errorText(error) });
  }
}

async function openAndStart(folder: string, options: BringUpOptions): Promise<void> {
  const { runtime, logger, listener, stopped } = options;
  try {
    const { project, services } = await runtime.openProject(folder);
    logger.info(`opened project ${project.name}`, { folder, services: services.length });
    const names = runtime.defaultServices(project.name);
    void runtime.start(names, { withDependencies: true }, listener, stopped).catch((error: unknown) => {
      if (!stopped.aborted) logger.error(errorText(error));
    });
  } catch (error) {
    const text = errorText(error);
    logger.error(text.includes(folder) ? text : `${folder}: ${text}`, {
      ...(error instanceof MicroError ? { code: error.code } : {}),
      next: `correct it, then: micro run ${folder}`,
    });
  }
}
