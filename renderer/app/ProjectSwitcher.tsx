import { Menu } from '@mantine/core';
import { IconChevronDown, IconFolder, IconFolderOpen, IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { attempt } from '../state/actions.ts';
import { openPage } from '../state/navigation.ts';
import { closeProject, openProject, recentProjects } from '../state/projectActions.ts';
import { useShownProject } from '../state/projectFilter.ts';
import { useProjects } from '../state/serverState.ts';
import { setUi } from '../state/uiState.ts';
import { ChoiceItem } from '../ui/ChoiceItem.tsx';
import { shortPath } from '../state/shortPath.ts';
import classes from './ProjectSwitcher.module.css';
import bar from './TopBar.module.css';

/** Recent projects in the menu: enough for a week of work, few enough to read. */
const MAX_RECENT = 6;

/** Which project is shown; its menu switches, opens and closes projects. */
export function ProjectSwitcher() {
  const projects = useProjects();
  const shown = useShownProject();
  const [opened, setOpened] = useState(false);
  const recent = useQuery({ queryKey: ['recent-projects'], queryFn: recentProjects, enabled: opened, staleTime: 0 });
  const openFolders = new Set([...projects.values()].map((project) => project.folder));
  const others = (recent.data ?? []).filter((project) => !openFolders.has(project.folder)).slice(0, MAX_RECENT);
  return (
    <Menu opened={opened} onChange={setOpened} position="bottom-start">
      <Menu.Target>
        <button type="button" className={bar.pick} title={shown?.folder}>
          <b>{shown ? shown.name : projects.size > 1 ? 'All projects' : 'No project'}</b>
          {shown ? <span className={bar.folder}>{shortPath(shown.folder)}</span> : null}
          <IconChevronDown size={14} className={bar.caret} />
        </button>
      </Menu.Target>
      <Menu.Dropdown className={classes.dropdown ?? ''}>
        {projects.size > 0 ? <Menu.Label>Open</Menu.Label> : null}
        {projects.size > 1 ? (
          <ChoiceItem mark="left" chosen={!shown} onPick={() => setUi({ project: '' })}>
            All projects
          </ChoiceItem>
        ) : null}
        {[...projects.values()].map((project) => (
          <ChoiceItem
            key={project.name}
            mark="left"
            chosen={shown?.name === project.name}
            onPick={() => setUi({ project: project.name })}
          >
            {project.name} <span className={classes.path}>{shortPath(project.folder)}</span>
          </ChoiceItem>
        ))}
        {others.length > 0 ? <Menu.Label>Recent</Menu.Label> : null}
        {others.map((project) => (
          <Menu.Item
            key={project.folder}
            leftSection={<IconFolder size={14} />}
            onClick={() =>
              void attempt(`${project.name} could not be opened`, () => openProject(project.folder, false))
            }
          >
            {project.name} <span className={classes.path}>{shortPath(project.folder)}</span>
          </Menu.Item>
        ))}
        {projects.size > 0 ? <Menu.Divider /> : null}
        <Menu.Item leftSection={<IconFolderOpen size={14} />} onClick={() => openPage('open')}>
          Open project…
        </Menu.Item>
        {shown ? (
          <Menu.Item leftSection={<IconX size={14} />} onClick={() => void closeProject(shown.name)}>
            Close {shown.name}
          </Menu.Item>
        ) : null}
      </Menu.Dropdown>
    </Menu>
  );
}
