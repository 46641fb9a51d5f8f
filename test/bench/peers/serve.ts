// A server of the comparison in its own process. It sends its port.
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

export function serve(listener: RequestListener): void {
  const server = createServer(listener).listen(0, '127.0.0.1', () =>
    process.send?.({ port: (server.address() as AddressInfo).port }),
  );
}
