import { MantineProvider } from '@mantine/core';
import { cleanup, render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import axe from 'axe-core';
import { useState } from 'react';
import { afterEach, expect, it } from 'vitest';
import { theme } from '../../../renderer/app/theme.ts';
import { ChoiceMenu } from '../../../renderer/ui/ChoiceMenu.tsx';

afterEach(cleanup);

const all = ['orders', 'catalog', 'payments'];

function Example({ several }: { several: boolean }) {
  const [chosen, setChosen] = useState<readonly string[]>(['catalog']);
  const toggle = (name: string): void =>
    setChosen(chosen.includes(name) ? chosen.filter((other) => other !== name) : [...chosen, name]);
  return (
    <MantineProvider env="test" theme={theme}>
      <main>
        <ChoiceMenu
          text="Services"
          label="Services"
          active={false}
          several={several}
          choices={all.map((name) => ({
            key: name,
            label: name,
            group: name === 'payments' ? 'others' : 'own',
            chosen: chosen.includes(name),
            pick: () => (several ? toggle(name) : setChosen([name])),
          }))}
        />
      </main>
    </MantineProvider>
  );
}

async function open(several: boolean): Promise<HTMLElement> {
  render(<Example several={several} />);
  await userEvent.click(screen.getByRole('button', { name: 'Services' }));
  return screen.findByRole('menu');
}

it('of a menu of choices the chosen one is read out as chosen, and choosing closes it', async () => {
  const menu = await open(false);
  expect(within(menu).getAllByRole('menuitemradio')).toHaveLength(3);
  expect(within(menu).getByRole('menuitemradio', { checked: true }).textContent).toBe('catalog');
  await userEvent.click(within(menu).getByRole('menuitemradio', { name: 'orders' }));
  await waitFor(() => expect(screen.queryByRole('menu')).toBeNull());
  await userEvent.click(screen.getByRole('button', { name: 'Services' }));
  expect((await screen.findByRole('menuitemradio', { checked: true })).textContent).toBe('orders');
});

it('of a menu of several choices each says whether it is chosen, and the menu stays open', async () => {
  const menu = await open(true);
  await userEvent.click(within(menu).getByRole('menuitemcheckbox', { name: 'orders' }));
  const chosen = (): (string | null)[] =>
    within(menu)
      .getAllByRole('menuitemcheckbox', { checked: true })
      .map(({ textContent }) => textContent);
  expect(chosen()).toEqual(['orders', 'catalog']);
  await userEvent.click(within(menu).getByRole('menuitemcheckbox', { name: 'catalog' }));
  expect(chosen()).toEqual(['orders']);
});

it('a menu of choices is gone through with the arrow keys and chosen from with Enter', async () => {
  await open(false);
  // The focus begins at what is chosen.
  await waitFor(() => expect(document.activeElement?.textContent).toBe('catalog'));
  await userEvent.keyboard('{ArrowDown}');
  expect(document.activeElement?.textContent).toBe('payments');
  await userEvent.keyboard('{Enter}');
  await waitFor(() => expect(screen.queryByRole('menu')).toBeNull());
});

it.each([false, true])('axe has nothing against a menu of choices, of several: %s', async (several) => {
  const menu = await open(several);
  const { violations } = await axe.run(menu, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] });
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
});
