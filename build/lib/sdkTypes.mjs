import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { root } from './paths.mjs';
import { SetupError } from './steps.mjs';

/** Writes the declarations of shared/sdk into `folder`, for editors and compilers of those who import it. */
export async function writeSdkTypes(folder) {
  const { default: ts } = await import('typescript');
  const config = ts.getParsedCommandLineOfConfigFile(
    join(root, 'build/tsconfig/sdk.json'),
    { noEmit: false, declaration: true, emitDeclarationOnly: true, outDir: folder },
    { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => {} },
  );
  const program = ts.createProgram(config.fileNames, config.options);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const { diagnostics } = program.emit(undefined, (path, text) => {
    if (!path.includes('/sdk/') || path.includes('/contract/')) return;
    // Declarations name their neighbours as the sources do, where a compiler looks for the name of the compiled file.
    writeFileSync(join(folder, basename(path)), text.replace(/(['"]\.\/\w+)\.ts(['"])/g, '$1.js$2'));
  });
  if (diagnostics.length > 0) {
    throw new SetupError(
      ts.formatDiagnostics(diagnostics, { ...ts.sys, getCanonicalFileName: (name) => name, getNewLine: () => '\n' }),
    );
  }
}
