import type { ConnectRouter } from '@connectrpc/connect';
import { MicroError } from '../../../../shared/contract/errors.ts';
import { BlobStore, type BlobWriteRequest } from '../../../../shared/contract/gen/store_pb.ts';
import type { BlobName, Blobs } from '../../store/blobs.ts';
import { namespaceOf } from './namespaceOf.ts';

/** Collaborators of {@link blobService}. */
export interface BlobServiceOptions {
  blobs: Blobs;
}

/** Serves micro's `store.BlobStore`. */
export function blobService(router: ConnectRouter, { blobs }: BlobServiceOptions): void {
  router.service(BlobStore, {
    async *read({ key, options }, context) {
      const name = { namespace: namespaceOf(options, context), key };
      const blob = await blobs.open(name);
      if (!blob) throw blobNotFound(name);
      let sent = false;
      for await (const chunk of blob.read()) {
        yield { blob: chunk };
        sent = true;
      }
      // An empty one is one message too.
      if (!sent) yield { blob: new Uint8Array() };
    },
    async write(requests, context) {
      const messages = requests[Symbol.asyncIterator]();
      const first = await messages.next();
      if (first.done) throw new MicroError('api.invalid', 'no message with a key came');
      const { key, options } = first.value;
      const name = { namespace: namespaceOf(options, context), key };
      await blobs.put(name, contentOf(first.value, messages), { contentType: options?.contentType });
      return {};
    },
    async delete({ key, options }, context) {
      await blobs.delete({ namespace: namespaceOf(options, context), key });
      return {};
    },
    async list({ options }, context) {
      const found = await blobs.list({ namespace: namespaceOf(options, context), prefix: options?.prefix });
      return { keys: found.map(({ key }) => key) };
    },
  });
}

/** The error of a read that finds nothing. */
export function blobNotFound({ namespace, key }: BlobName): MicroError {
  return new MicroError('store.not-found', `there is no blob ${JSON.stringify(key)} in ${namespace}`, {
    next: 'list what is there with: micro store blob list',
  });
}

async function* contentOf(first: BlobWriteRequest, rest: AsyncIterator<BlobWriteRequest>): AsyncGenerator<Uint8Array> {
  if (first.blob.length > 0) yield first.blob;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value.blob;
}
