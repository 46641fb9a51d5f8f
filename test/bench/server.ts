// Starts the server as `npm start` does.
import { type Program, startProgram } from './measure.ts';

const port = 3980;

/** The server, and the seconds from its spawn to its first successful response. `--mock` starts only the mock. */
export async function startServer(
  env: NodeJS.ProcessEnv,
  { args = [], cwd }: { args?: string[]; cwd?: string } = {},
): Promise<{ program: Program; seconds: number }> {
  const began = performance.now();
  const program = await startProgram('src/main.ts', {
    port: args.includes('--mock') ? port + 1 : port,
    args,
    env: { PORT: String(port), MOCK_PORT: String(port + 1), ...env },
    ...(cwd && { cwd }),
  });
  return { program, seconds: (performance.now() - began) / 1000 };
}
