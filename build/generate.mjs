import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from './lib/commandLine.mjs';
import { root } from './lib/paths.mjs';
import { runScript, SetupError } from './lib/steps.mjs';
import { importTypeScript } from './lib/typescript.mjs';

/**
 * Generates what is derived from the contract: shared/contract/gen from the .proto files and micro.schema.json from the
 * schema of micro.yaml. With `--check` nothing is written: the run fails when a committed file differs.
 */
const check = process.argv.includes('--check');
const generated = join(root, 'shared/contract/gen');
const schemaFile = join(root, 'shared/contract/micro.schema.json');

await runScript(async () => {
  const work = mkdtempSync(join(tmpdir(), 'micro-gen-'));
  try {
    const out = check ? join(work, 'gen') : generated;
    await generateFromProto(out);
    const { manifestJsonSchemaText } = await importTypeScript('shared/contract/manifestJsonSchema.ts');
    const schema = manifestJsonSchemaText();
    if (!check) {
      writeFileSync(schemaFile, schema);
      return;
    }
    const stale = differences(out, generated);
    if (read(schemaFile) !== schema) stale.push('micro.schema.json');
    if (stale.length > 0)
      throw new SetupError(`generated files are not current: ${stale.join(', ')} (run: npm run generate)`);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
});

async function generateFromProto(out) {
  const onWindows = process.platform === 'win32';
  const bin = join(root, 'node_modules/.bin');
  const template = JSON.stringify({
    version: 'v2',
    plugins: [
      {
        local: join(bin, onWindows ? 'protoc-gen-es.cmd' : 'protoc-gen-es'),
        out,
        opt: ['target=ts', 'import_extension=ts'],
      },
    ],
  });
  const buf = join(bin, onWindows ? 'buf.cmd' : 'buf');
  const { code, output } = await runCommand(buf, ['generate', '--template', template], { cwd: root });
  if (code !== 0) throw new SetupError(output);
  for (const name of readdirSync(out)) readDescriptionsLate(join(out, name));
}

/** Makes a generated file take the functions that make its descriptions from us, see shared/contract/descriptors.ts. */
function readDescriptionsLate(file) {
  const text = readFileSync(file, 'utf8');
  const [imports] = /^import \{.* from "@bufbuild\/protobuf\/codegenv2";$/m.exec(text) ?? [];
  if (imports === undefined) throw new SetupError(`${file} makes its descriptions in another way than it did`);
  writeFileSync(file, text.replace(imports, imports.replace('@bufbuild/protobuf/codegenv2', '../descriptors.ts')));
}

function differences(a, b) {
  const names = new Set([...readdirSync(a), ...(existsSync(b) ? readdirSync(b) : [])]);
  return [...names].filter((name) => read(join(a, name)) !== read(join(b, name)));
}

function read(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}
