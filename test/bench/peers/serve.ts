// A server of the comparison in its own process. It sends its port, and its CPU time on request.
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Started with `fork`. Ends with its parent. */
export function serve(listener: RequestListener): void {
  const server = createServer(listener).listen(0, '127.0.0.1', () =>
    process.send?.({ port: (server.address() as AddressInfo).port }),
  );
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send?.({ cpuUs: user + system });
  });
  process.on('disconnect', () => process.exit(0));
}
