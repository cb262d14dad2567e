import type { DescEnum, DescFile, DescMessage, DescService } from '@bufbuild/protobuf';
import * as library from '@bufbuild/protobuf/codegenv2';

/*
 * What the generated files make their descriptions with, in place of the library's own functions of the same names. Those
 * decode every file of the contract as soon as it is imported, of which a page, a server or a command uses a third: a fifth
 * of what the page and the server compute at their start. Here a file is decoded when something of it is first asked for.
 */

type Property = keyof DescFile | keyof DescMessage | keyof DescEnum | keyof DescService;

/** All that the library's descriptions have; the compiler sees that none is missing. */
const PROPERTIES: Record<Exclude<Property, 'toString'>, true> = {
  kind: true,
  edition: true,
  name: true,
  dependencies: true,
  enums: true,
  messages: true,
  extensions: true,
  services: true,
  deprecated: true,
  proto: true,
  typeName: true,
  file: true,
  parent: true,
  fields: true,
  field: true,
  oneofs: true,
  members: true,
  nestedEnums: true,
  nestedMessages: true,
  nestedExtensions: true,
  open: true,
  values: true,
  value: true,
  sharedPrefix: true,
  methods: true,
  method: true,
};

/**
 * Stands in for a description and takes its properties on as soon as one is read; from then on it is as fast as the real
 * one. The two are different objects: the library tells descriptions apart by their names, and so must we.
 */
class LateDescription {
  readonly #read: () => object;
  #real: object | undefined;

  constructor(read: () => object) {
    this.#read = read;
  }

  /** The library's description that this one stands for; any other object is one itself. */
  static real<T extends object>(description: T): T {
    return #real in description ? ((description as LateDescription).become() as T) : description;
  }

  private become(): object {
    if (this.#real === undefined) {
      this.#real = this.#read();
      Object.defineProperties(this, Object.getOwnPropertyDescriptors(this.#real));
    }
    return this.#real;
  }

  toString(): string {
    return String(this.become());
  }
}

for (const name of Object.keys(PROPERTIES)) {
  Object.defineProperty(LateDescription.prototype, name, {
    get(this: LateDescription): unknown {
      return Reflect.get(LateDescription.real(this), name);
    },
  });
}

function late<T>(read: () => object): T {
  return new LateDescription(read) as unknown as T;
}

/** The description of a file, out of its encoded form. */
export const fileDesc: typeof library.fileDesc = (encoded, imports) =>
  late(() => library.fileDesc(encoded, imports?.map(LateDescription.real)));

/** The description of a message of a file, by its place in it. */
export const messageDesc: typeof library.messageDesc = (file, path, ...paths) =>
  late(() => library.messageDesc(LateDescription.real(file), path, ...paths));

/** The description of an enumeration of a file, by its place in it. */
export const enumDesc: typeof library.enumDesc = (file, path, ...paths) =>
  late(() => library.enumDesc(LateDescription.real(file), path, ...paths));

/** The description of a service of a file, by its place in it. */
export const serviceDesc: typeof library.serviceDesc = (file, path, ...paths) =>
  late(() => library.serviceDesc(LateDescription.real(file), path, ...paths));
