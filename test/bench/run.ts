// `npm run bench` measures what the product promises about speed and memory, and prints one table. `npm run bench -- front mock` runs
// only these parts. Those on PostgreSQL run with TEST_DATABASE_URL. The figures are reported, not asserted.
import { front } from './front.ts';
import { growth } from './growth.ts';
import type { Figure } from './measure.ts';
import { memory } from './memory.ts';
import { mock } from './mock.ts';
import { stack } from './stack.ts';
import { startup } from './startup.ts';

const parts: Record<string, () => Promise<Figure[]>> = { front, growth, startup, memory, stack, mock };

const chosen = process.argv.slice(2);
for (const name of chosen) if (!parts[name]) throw new Error(`${name} is none of ${Object.keys(parts).join(', ')}`);
const figures: Figure[] = [];
for (const [name, measure] of Object.entries(parts))
  if (chosen.length === 0 || chosen.includes(name)) {
    const ofPart = await measure();
    for (const { what, measured } of ofPart) console.log(`${what}: ${measured}`); // a run takes long
    figures.push(...ofPart);
  }
console.table(figures.map(({ what, measured, aim, before }) => ({ what, measured, aim, before })));
process.exit(0);
