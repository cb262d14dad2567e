import {
  IconBug,
  IconCopy,
  IconExternalLink,
  IconFileText,
  IconFolder,
  IconHelp,
  IconPencil,
  IconPlayerPause,
  IconPlayerPlay,
  IconPlayerPlayFilled,
  IconPlayerStopFilled,
  IconPlugOff,
  IconRefresh,
  IconSend,
  IconSkull,
  IconStack2,
  IconTimeline,
  IconTerminal2,
  IconTrash,
} from '@tabler/icons-react';
import type { ComponentType } from 'react';

const icons: Record<string, ComponentType<{ size?: number; stroke?: number }>> = {
  start: IconPlayerPlayFilled,
  stop: IconPlayerStopFilled,
  restart: IconRefresh,
  kill: IconSkull,
  log: IconFileText,
  traces: IconTimeline,
  call: IconSend,
  terminal: IconTerminal2,
  folder: IconFolder,
  editor: IconPencil,
  copy: IconCopy,
  browser: IconExternalLink,
  remove: IconTrash,
  scale: IconStack2,
  pause: IconPlayerPause,
  resume: IconPlayerPlay,
  question: IconHelp,
  debug: IconBug,
  detach: IconPlugOff,
};

/** The picture of a service command by its name; nothing for a name without one. */
export function ServiceCommandIcon({ name, size = 14 }: { name: string; size?: number }) {
  const Icon = icons[name];
  return Icon ? <Icon size={size} stroke={1.7} /> : null;
}
