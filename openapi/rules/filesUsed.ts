import { globSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Context } from './rule.ts';

type Resolved = { location?: { source: { absoluteRef: string } } };

/** Every YAML file is referenced from `openapi.yaml`, directly or indirectly. Other files are not in the bundle. */
export function filesUsed() {
  const used = new Set<string>();
  return {
    ref: {
      leave(_: unknown, __: Context, { location }: Resolved) {
        if (location) used.add(location.source.absoluteRef);
      },
    },
    Root: {
      leave(_: unknown, { report, location }: Context) {
        const root = location.source.absoluteRef;
        for (const file of globSync('**/*.yaml', { cwd: dirname(root) }))
          if (join(dirname(root), file) !== root && !used.has(join(dirname(root), file)))
            report({ message: `No file refers to ${file}.`, location: location.child([]) });
      },
    },
  };
}
