import { win32 } from 'node:path';
import type { CommandSpec } from './serviceSpec.ts';

const languageOfProgram: [RegExp, string][] = [
  [/^(tsx|ts-node|deno)$/, 'ts'],
  [/^(node|npm|npx|pnpm|yarn|bun|vite|next)$/, 'js'],
  [/^(python[\d.]*|uv|uvicorn|gunicorn|flask|poetry|pipenv)$/, 'py'],
  [/^(go|air)$/, 'go'],
  [/^(java|mvn|mvnw|gradle|gradlew|kotlin)$/, 'java'],
  [/^cargo$/, 'rs'],
  [/^(ruby|bundle|rails|rake)$/, 'rb'],
  [/^(php|composer)$/, 'php'],
  [/^(dotnet)$/, 'cs'],
  [/^(mix|elixir|iex)$/, 'ex'],
  [/^(sh|bash|zsh|dash)$/, 'sh'],
];

/** A short mark of the language that a command seems to be in; empty when it does not say. */
export function languageOf(command: CommandSpec | undefined): string {
  if (!command) return '';
  const words = command.shell ? command.text.split(/[\s;&|()]+/) : command.argv;
  if (words.some((word) => /\.[cm]?tsx?$/.test(word))) return 'ts';
  // A line for the shell may begin with other things: `cd api && python3 main.py`.
  for (const word of command.shell ? words : words.slice(0, 1)) {
    const language = languageOfName(win32.basename(word).replace(/\.(exe|cmd|bat)$/i, ''));
    if (language) return language;
  }
  return command.shell ? 'sh' : '';
}

function languageOfName(program: string): string | undefined {
  return languageOfProgram.find(([pattern]) => pattern.test(program))?.[1];
}
