// Stock Prism in its own process: the mock of our contract, or a proxy for a server.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Prism = { url: string; stop(): Promise<void> };

const cli = 'node_modules/@stoplight/prism-cli/dist/index.js';
const contract = 'generated/openapi.json';

export const prismMock = (): Promise<Prism> => run(['mock', contract]);
/** Without `--errors`, because it would reject invalid requests instead of the server. */
export const prismProxy = (upstream: string): Promise<Prism> => run(['proxy', contract, upstream]);

async function run(command: string[]): Promise<Prism> {
  const port = await freePort();
  const child = spawn(process.execPath, [cli, ...command, '--host', '127.0.0.1', '--port', String(port)], {
    env: { ...process.env, NODE_ENV: undefined }, // it crashes with `production`
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  process.once('exit', () => child.kill('SIGKILL'));
  await listening(child);
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      const exited = once(child, 'exit');
      child.kill();
      await exited;
    },
  };
}

/** Its output is read completely, because a full pipe would block it. */
function listening(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    const hear = (text: Buffer): void => {
      said = (said + text).slice(-10_000); // a proxy prints every request
      if (said.includes('Prism is listening')) resolve();
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.once('exit', () => reject(new Error(`prism ended: ${said}`)));
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // a TCP server has an address object
  server.close();
  await once(server, 'close');
  return port;
}
