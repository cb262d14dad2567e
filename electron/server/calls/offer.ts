import type { Registry as Types } from '@bufbuild/protobuf';
import type { ServiceEndpoint } from '../../../shared/contract/gen/calls_pb.ts';

/** What a service offers, and what was found out in vain. */
export interface Offer {
  endpoints: ServiceEndpoint[];
  notes: string[];
  /** Types of the messages of gRPC. */
  types?: Types;
}
