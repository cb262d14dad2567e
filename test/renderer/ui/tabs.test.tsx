import { fireEvent, render, screen } from '@testing-library/react';
import { useState } from 'react';
import { expect, it } from 'vitest';
import { tabId, Tabs } from '../../../renderer/ui/Tabs.tsx';

const tabs = ['one', 'two', 'three'].map((id) => ({ id, title: id }));

function Example() {
  const [chosen, setChosen] = useState('one');
  return (
    <>
      <Tabs label="Parts" panel="parts" tabs={tabs} chosen={chosen} onChoose={setChosen} />
      <div id="parts" role="tabpanel" aria-labelledby={tabId('parts', chosen)} />
    </>
  );
}

it('tabs are gone through with the arrow keys, round the ends, and the focus is on the chosen one', () => {
  render(<Example />);
  const press = (key: string): string | null => {
    fireEvent.keyDown(screen.getByRole('tab', { selected: true }), { key });
    expect(document.activeElement).toBe(screen.getByRole('tab', { selected: true }));
    expect(screen.getByRole('tabpanel').getAttribute('aria-labelledby')).toBe(document.activeElement?.id);
    return document.activeElement?.textContent ?? null;
  };
  expect(['ArrowLeft', 'ArrowRight', 'ArrowRight', 'End', 'Home'].map(press)).toEqual([
    'three',
    'one',
    'two',
    'three',
    'one',
  ]);
  expect(screen.getAllByRole('tab').map((tab) => tab.tabIndex)).toEqual([0, -1, -1]);
});
