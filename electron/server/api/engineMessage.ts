import { create } from '@bufbuild/protobuf';
import { type Engine, EngineSchema } from '../../../shared/contract/gen/server_pb.ts';
import type { EngineState } from '../host/engineState.ts';

/** How an engine is, as the contract says it. */
export function engineMessage({ awaySince, ...state }: EngineState): Engine {
  return create(EngineSchema, { ...state, awaySince: awaySince ?? 0 });
}
