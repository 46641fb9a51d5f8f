// Compresses responses of more than 1 kB when the caller asks for it.

import compression from 'compression';
import type { RequestHandler } from 'express';

const thresholdBytes = 1_000;
/** Server-sent events are not compressed: each must be sent at once, and the compressor would buffer it. */
const stream = /^text\/event-stream\b/i;

/**
 * A response that contains a secret is not compressed: if it also contains text that an attacker chose, its compressed length
 * reveals how much of that text matches the secret (BREACH attack).
 */
export const compress: RequestHandler = compression({
  threshold: thresholdBytes,
  filter(req, res) {
    const { operation } = req.context ?? {};
    if (operation?.showsSecret || stream.test(String(res.getHeader('Content-Type')))) return false;
    return compression.filter(req, res);
  },
});
