// The mock beside the stock `prism mock` on the same document.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requests } from './front.ts';
import { compared, type Figure, startProgram, stopAll } from './measure.ts';
import { startServer } from './server.ts';

const prismPort = 3994;

export async function mock(): Promise<Figure[]> {
  const dataDir = mkdtempSync(join(tmpdir(), 'cstar-bench-'));
  const prism = 'node_modules/@stoplight/prism-cli/dist/index.js';
  const args = ['mock', 'generated/openapi.json', '--port', String(prismPort), '--verboseLevel', 'error'];
  const programs = [
    await startProgram(prism, { port: prismPort, args }),
    (await startServer({ DATA_DIR: dataDir }, { args: ['--mock'] })).program,
  ];
  const figures: Figure[] = [];
  const loads = { ...requests, mixed: Object.values(requests) };
  for (const [name, load] of Object.entries(loads)) {
    const [stock, ours] = await compared(programs, load, { rounds: 7, amount: 1_000 });
    figures.push({
      what: `requests per CPU second of the mock, times stock Prism: ${name}`,
      measured: `${(1 / (ours?.ratio ?? 0)).toFixed(1)} (${ours?.cpuUs.toFixed(0)} and ${stock?.cpuUs.toFixed(0)} µs)`,
      aim: name === 'mixed' ? '3' : '',
      before: '',
    });
  }
  await stopAll(programs);
  rmSync(dataDir, { recursive: true });
  return figures;
}
