import type { Service } from '../../../shared/contract/gen/state_pb.ts';

/** What each tab of the inspector is given. */
export interface TabProps {
  service: Service;
  /** Leads to another service. */
  onSelect: (name: string) => void;
}
