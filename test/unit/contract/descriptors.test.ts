import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { create, type DescMessage, fromBinary, isMessage, toBinary } from '@bufbuild/protobuf';
import * as library from '@bufbuild/protobuf/codegenv2';
import { base64Encode } from '@bufbuild/protobuf/wire';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import { expect, it } from 'vitest';
import * as late from '../../../shared/contract/descriptors.ts';
import { file_errors } from '../../../shared/contract/gen/errors_pb.ts';
import { ServiceSchema } from '../../../shared/contract/gen/state_pb.ts';

const GENERATED = join(import.meta.dirname, '../../../shared/contract/gen');

async function descriptions(): Promise<[name: string, description: object][]> {
  const modules = await Promise.all(readdirSync(GENERATED).map((name) => import(join(GENERATED, name))));
  return modules
    .flatMap((module) => Object.entries(module as Record<string, unknown>))
    .filter((entry): entry is [string, object] => {
      const [name, value] = entry;
      return typeof value === 'object' && value !== null && (name.startsWith('file_') || 'kind' in value);
    });
}

it('a file that cannot be decoded is no matter before something of it is asked for', () => {
  const file = late.fileDesc('AAAA');
  const message = late.messageDesc(file, 0);
  expect(Object.keys(message)).toEqual([]);
  expect(() => message.typeName).toThrow();
});

it('every description of the contract has all that the real one has, by each of its properties alone', async () => {
  const all = await descriptions();
  expect(all.length).toBeGreaterThan(400);
  for (const [name, description] of all) {
    const before = Object.getPrototypeOf(description) as object;
    // Reads it, after which it has the properties of the real one itself.
    expect(String(description), name).not.toBe('');
    for (const property of Object.keys(description)) {
      expect(property in before, `${name}: ${property}`).toBe(true);
    }
  }
});

it('a description answers like the one of the library, whichever property is asked for first', () => {
  const encoded = base64Encode(toBinary(FileDescriptorProtoSchema, file_errors.proto));
  const real = library.messageDesc(library.fileDesc(encoded), 0);
  for (const property of Object.keys(real) as (keyof DescMessage)[]) {
    const message: DescMessage = late.messageDesc(late.fileDesc(encoded), 0);
    expect(typeof message[property], property).toBe(typeof real[property]);
    expect([message.typeName, String(message)]).toEqual([real.typeName, String(real)]);
  }
});

it('messages of a description are told by their names, read and written', () => {
  const service = create(ServiceSchema, { name: 'orders' });
  const copy = fromBinary(ServiceSchema, toBinary(ServiceSchema, service));
  expect(copy.name).toBe('orders');
  expect(isMessage(copy, ServiceSchema)).toBe(true);
});
