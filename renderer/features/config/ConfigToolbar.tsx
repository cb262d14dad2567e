import { IconPlus } from '@tabler/icons-react';
import type { Ref } from 'react';
import { Button } from '../../ui/Button.tsx';
import { Chip } from '../../ui/Chip.tsx';
import { ChoiceMenu } from '../../ui/ChoiceMenu.tsx';
import { FilterField } from '../../ui/FilterField.tsx';
import { Toolbar } from '../../ui/Toolbar.tsx';
import { usualNamespace } from './document.ts';

/** The bar above the config: which namespace, as what it is shown, and what is looked for. */
export function ConfigToolbar({
  namespace,
  namespaces,
  isRaw,
  isHistory,
  filter,
  search,
  onFilter,
  onGo,
  onCreate,
}: {
  namespace: string;
  /** Those that have values. */
  namespaces: readonly string[];
  isRaw: boolean;
  isHistory: boolean;
  filter: string;
  /** The field of the filter, for the key that goes there. */
  search: Ref<HTMLInputElement>;
  onFilter: (filter: string) => void;
  /** Changes parts of the address of the page. */
  onGo: (next: Record<string, string | undefined>) => void;
  onCreate: () => void;
}) {
  const names = [...new Set([usualNamespace, ...namespaces, namespace])];
  return (
    <Toolbar
      title="Config"
      right={
        <>
          <Chip pressed={isHistory} onClick={() => onGo({ side: isHistory ? undefined : 'history' })}>
            History
          </Chip>
          <Button icon={<IconPlus size={14} stroke={1.8} />} onClick={onCreate}>
            New value
          </Button>
        </>
      }
    >
      <ChoiceMenu
        text={namespace}
        label="Namespace"
        active={namespace !== usualNamespace}
        choices={names.map((name) => ({
          key: name,
          label: name,
          chosen: name === namespace,
          pick: () => onGo({ namespace: name, path: undefined }),
        }))}
      />
      <Chip pressed={!isRaw} onClick={() => onGo({ view: undefined })}>
        Tree
      </Chip>
      <Chip pressed={isRaw} onClick={() => onGo({ view: 'raw' })}>
        JSON
      </Chip>
      {isRaw ? null : (
        <FilterField ref={search} value={filter} label="Filter paths" placeholder="Filter paths" onChange={onFilter} />
      )}
    </Toolbar>
  );
}
