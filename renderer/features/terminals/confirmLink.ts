import { MicroError } from '../../../shared/contract/errors.ts';
import { openExternal, writeClipboard } from '../../client/platform.ts';
import { attempt } from '../../state/actions.ts';
import { ask } from '../../state/questions.ts';
import { showToast } from '../../state/toasts.ts';

/** A link is shown in full before it is opened: what stands in a terminal may be anybody's text over any address. */
export async function confirmLink(url: string): Promise<void> {
  let address: URL;
  try {
    address = new URL(url);
    if (address.protocol !== 'http:' && address.protocol !== 'https:') throw new MicroError('api.invalid', url);
  } catch {
    showToast({ tone: 'warn', title: 'Only http and https links open', text: url });
    return;
  }
  const decided = await ask({
    title: 'Open this link?',
    text: `It leads to ${address.host}.`,
    lines: [address.href],
    answers: [
      { id: 'copy', label: 'Copy' },
      { id: 'open', label: 'Open' },
    ],
  });
  if (decided === 'copy')
    await attempt('The link could not be copied', () => writeClipboard(address.href), 'Link copied');
  if (decided === 'open') await attempt('The browser could not be opened', () => openExternal(address.href));
}
