// Compresses responses of more than 1 kB when the caller asks for it.

import compression from 'compression';
import type { RequestHandler } from 'express';

const thresholdBytes = 1_000;
/** Each event has to leave at once, and would wait in the compressor. */
const stream = /^text\/event-stream\b/i;

/**
 * A response that shows a secret stays as it is: beside text that an attacker chooses, the length of a compressed response
 * tells what the secret has in common with it (BREACH).
 */
export const compress: RequestHandler = compression({
  threshold: thresholdBytes,
  filter(req, res) {
    const { operation } = req.context ?? {};
    if (operation?.showsSecret || stream.test(String(res.getHeader('Content-Type')))) return false;
    return compression.filter(req, res);
  },
});
