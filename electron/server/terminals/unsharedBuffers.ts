/** The size that Node's shared memory for small Buffers had; from here on none is shared, until somebody sets it back. */
export const { poolSize } = Buffer;
Buffer.poolSize = 0;
