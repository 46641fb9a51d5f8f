// Server and mock in their own process, which reports its heap size. Argument: an empty directory.
import { pino } from 'pino';
import { readConfig } from '../../src/config.ts';
import { start } from '../../src/start.ts';

const bucket = { requests: 1_000_000, windowSeconds: 60 };
const limits = { secret: bucket, publishable: bucket, open: bucket, failed: bucket };
const config = { ...readConfig({ PORT: '0', MOCK_PORT: '0', DATA_DIR: process.argv[2] }), limits };
const { api, mock, stop } = await start(config, pino({ level: 'silent' }));

process.on('message', () => {
  globalThis.gc?.();
  process.send?.({ heapBytes: process.memoryUsage().heapUsed });
});
process.once('disconnect', () => void stop().then(() => process.exit()));
process.send?.({ urls: [api.url, mock.url] });
