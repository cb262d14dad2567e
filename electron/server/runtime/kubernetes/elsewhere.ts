import type { TreeKey } from '../../host/processTree.ts';
import type { ServiceUnit } from '../serviceUnit.ts';

/** What a service that is made of an image and runs on other machines says to questions about files and processes of this one. */
export abstract class Elsewhere
  implements Pick<ServiceUnit, 'sayMissedChanges' | 'pauseReload' | 'explainFile' | 'trees'>
{
  sayMissedChanges(): void {
    // Files of this machine are not what runs there.
  }
  pauseReload(): boolean {
    return false;
  }
  explainFile(): Promise<{ counts: boolean; why: string }> {
    return Promise.resolve({ counts: false, why: 'what runs in Kubernetes comes from an image, not from files here' });
  }
  trees(): TreeKey[] {
    return [];
  }
}
