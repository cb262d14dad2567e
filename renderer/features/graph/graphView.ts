import * as z from 'zod/mini';
import type { Grouping } from './graphModel.ts';

// The page's content security policy forbids code made from strings, which zod would otherwise try.
z.config({ jitless: true });

const keyPrefix = 'micro.graph.view.v1:';

const viewSchema = z.object({
  grouping: z.catch(z.enum(['none', 'folder', 'label', 'project']), 'none'),
  collapsed: z.catch(z.array(z.string()), []),
  /** Whether the services of micro itself are shown, where they are called. */
  core: z.catch(z.boolean(), false),
  /** Upper left corner and scale of what is shown; absent until the user moved it. */
  viewport: z.catch(
    z.optional(z.object({ x: z.number(), y: z.number(), zoom: z.number().check(z.positive()) })),
    undefined,
  ),
});

/** How a graph is looked at; kept per project over reload and restart. */
export interface GraphView {
  readonly grouping: Grouping;
  readonly collapsed: readonly string[];
  readonly core: boolean;
  readonly viewport?: { readonly x: number; readonly y: number; readonly zoom: number } | undefined;
}

/** Reads how the graph of a project was looked at last. */
export function loadGraphView(storage: Pick<Storage, 'getItem'> | undefined, key: string): GraphView {
  try {
    return viewSchema.parse(JSON.parse(storage?.getItem(keyPrefix + key) ?? '{}'));
  } catch {
    return viewSchema.parse({});
  }
}

/** Keeps how the graph of a project is looked at. */
export function saveGraphView(storage: Pick<Storage, 'setItem'> | undefined, key: string, view: GraphView): void {
  try {
    storage?.setItem(keyPrefix + key, JSON.stringify(view));
  } catch {
    // Without storage the view lasts as long as the page.
  }
}
