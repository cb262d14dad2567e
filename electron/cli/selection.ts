import type { Command } from 'commander';
import { usageError } from './usageError.ts';

/** Which services an action means. */
export interface Selection {
  services: string[];
  project: string;
  all: boolean;
}

/** Adds the ways to say which services are meant. */
export function addSelection(command: Command): void {
  command
    .argument('[names...]', 'names of services')
    .option('--all', 'every service')
    .option('--project <name>', 'every service of a project');
}

/** The services that a command line means; throws when it names none, or names them in two ways. */
export function parseSelection(verb: string, args: readonly string[], options: Record<string, unknown>): Selection {
  const project = typeof options.project === 'string' ? options.project : '';
  const all = options.all === true;
  const ways = [args.length > 0, project !== '', all].filter(Boolean).length;
  if (ways === 0) {
    throw usageError('no service is named', `name one, or use --all: micro ${verb} NAME… | --all | --project NAME`);
  }
  if (ways > 1) throw usageError('names, --project and --all exclude each other', 'choose one of them');
  return { services: [...args], project, all };
}
