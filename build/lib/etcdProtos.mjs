import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { SetupError } from './steps.mjs';

/** How etcd3 reads the description of etcd's API when it is loaded: from a file beside it, which a bundle does not have. */
const READS_FILE = /loadSync\)\(`\$\{__dirname\}\/\.\.\/proto\/rpc\.proto`,/;

/** For esbuild: puts the description into the bundle, as data. */
export const etcdProtos = {
  name: 'etcd-protos',
  setup(build) {
    build.onLoad({ filter: /[\\/]etcd3[\\/]lib[\\/]connection-pool\.js$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      if (!READS_FILE.test(text)) throw new SetupError(`etcd3 reads its protos in another way than it did: ${path}`);
      const contents = text.replace(READS_FILE, () => `fromJSON)(${JSON.stringify(descriptionBeside(path))},`);
      return { contents, loader: 'js' };
    });
  },
};

/** The proto file with what it imports, as protobufjs writes it as JSON. */
function descriptionBeside(path) {
  // Through the package that reads it in the end, so that it is the same version.
  const { resolve } = createRequire(path);
  const { Root } = createRequire(resolve('@grpc/proto-loader'))('protobufjs');
  const root = new Root();
  root.loadSync(createRequire(path).resolve('../proto/rpc.proto'), { keepCase: true });
  return root.toJSON();
}
