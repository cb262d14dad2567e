import type { FolderView } from './folderView.ts';
import { type Found, portVariable } from './found.ts';

/** Ruby, PHP, .NET and Elixir programs by the files that only they have. */
export async function findOtherPrograms(folder: FolderView): Promise<Found[]> {
  const { files, folders } = folder;
  if (files.has('config.ru')) {
    const isRails = folders.includes('bin') && (await folder.read('bin/rails')) !== undefined;
    return [
      isRails
        ? { run: `bin/rails server -p ${portVariable}`, language: 'rb', why: 'bin/rails and config.ru' }
        : { run: `bundle exec rackup -p ${portVariable}`, language: 'rb', why: 'config.ru' },
    ];
  }
  if (files.has('artisan')) {
    return [{ run: `php artisan serve --port=${portVariable}`, language: 'php', why: 'artisan of Laravel' }];
  }
  if (files.has('mix.exs') && /:phoenix\b/.test((await folder.read('mix.exs')) ?? '')) {
    return [{ run: 'mix phx.server', language: 'ex', why: 'mix.exs with Phoenix' }];
  }
  const project = [...files].find((name) => /\.[cf]sproj$/.test(name));
  if (!project) return [];
  const text = (await folder.read(project)) ?? '';
  const isProgram = /Sdk="Microsoft\.NET\.Sdk\.(Web|Worker)"/.test(text);
  if (!isProgram && !/<OutputType>\s*Exe\s*</.test(text)) return [];
  return [
    {
      run: 'dotnet run',
      language: 'cs',
      why: `${project}${isProgram ? '' : ', which may be a tool'}`,
      ...(isProgram ? {} : { unlikely: true }),
    },
  ];
}
