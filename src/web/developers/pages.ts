// The pages under /developers/api: the reference, the errors, the contract itself.
import { readFileSync } from 'node:fs';
import { type RequestHandler, type Response, Router } from 'express';
import { errors } from '../../../generated/errors.ts';
import { type Document, documentOf } from './document.ts';
import { errorsPage } from './errorsPage.ts';
import { page, pagePolicy } from './html.ts';
import { referenceAt } from './reference.ts';

const atRoot = (path: string): URL => new URL(`../../../${path}`, import.meta.url);
const htmlOf = (text: string): Document => documentOf('text/html; charset=utf-8', text, pagePolicy);

const notBuilt = htmlOf(
  page(
    'Reference not built',
    '<p>Run <code>npm run docs</code> to build the reference, then reload this page. The errors page and the contract are already available.</p>',
  ),
);
const notFound = htmlOf(page('Page not found', '<p>There is no page at this address. Use the links above.</p>'));

/** @param referenceFile what `npm run docs` writes; it may come into being while the process runs */
export function developerPages(referenceFile: URL = atRoot('.docs/reference.html')): RequestHandler {
  const reference = referenceAt(referenceFile);
  const errorsHtml = htmlOf(errorsPage(errors));
  const contract = documentOf(
    'application/json; charset=utf-8',
    readFileSync(atRoot('generated/openapi.json')),
    "default-src 'none'",
  );
  const router = Router({ caseSensitive: true });
  router.get('/', async (_req, res) => {
    const built = await reference();
    if (built) sendLasting(res, built);
    else sendPassing(res, 503, notBuilt);
  });
  router.get('/errors', (_req, res) => sendLasting(res, errorsHtml));
  router.get('/openapi.json', (_req, res) => {
    res.setHeader('Access-Control-Allow-Origin', '*'); // for tools that run in a page
    sendLasting(res, contract);
  });
  router.use((_req, res) => sendPassing(res, 404, notFound));
  return router;
}

function sendLasting(res: Response, { headers, bytes }: Document): void {
  res.set({ ...headers, 'Cache-Control': 'public, max-age=300' }).send(bytes);
}

function sendPassing(res: Response, status: number, { headers, bytes }: Document): void {
  res
    .status(status)
    .set({ ...headers, 'Cache-Control': 'no-store' })
    .send(bytes);
}
