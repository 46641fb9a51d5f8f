// The pages under /developers/api: the reference, the errors, the contract itself.
import { readFileSync } from 'node:fs';
import { type RequestHandler, Router } from 'express';
import { errors } from '../../../generated/errors.ts';
import { later } from '../../contract/later.ts';
import { type Document, documentOf, sendDocument } from './document.ts';
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

const lasting = { cacheControl: 'public, max-age=300' };
const passing = { cacheControl: 'no-store' };

/**
 * @param ownUrl the URL at which clients reach this server
 * @param referenceFile the file that `npm run docs` writes, possibly while the process runs
 */
export function developerPages(ownUrl: string, referenceFile: URL = atRoot('.docs/reference.html')): RequestHandler {
  const reference = referenceAt(referenceFile);
  const errorsHtml = later(() => htmlOf(errorsPage(errors)));
  const contract = later(() => documentOf('application/json; charset=utf-8', contractAt(ownUrl), "default-src 'none'"));
  const router = Router({ caseSensitive: true });
  router.get('/', async (req, res) => {
    const built = await reference();
    if (built) await sendDocument(req, res, built, lasting);
    else await sendDocument(req, res, notBuilt, { ...passing, status: 503 });
  });
  router.get('/errors', (req, res) => sendDocument(req, res, errorsHtml(), lasting));
  router.get('/openapi.json', async (req, res) => {
    res.setHeader('Access-Control-Allow-Origin', '*'); // for tools that run in a browser
    await sendDocument(req, res, contract(), lasting);
  });
  router.use((req, res) => sendDocument(req, res, notFound, { ...passing, status: 404 }));
  return router;
}

/** The contract with this server first in `servers`, because tools send their requests to the first one by default. */
function contractAt(ownUrl: string): string {
  const contract: { servers: { url: string; description: string }[] } = JSON.parse(
    readFileSync(atRoot('generated/openapi.json'), 'utf8'),
  );
  const others = contract.servers.filter(({ url }) => url !== ownUrl.replace('//localhost:', '//127.0.0.1:'));
  contract.servers = [{ url: ownUrl, description: 'This server' }, ...others];
  return `${JSON.stringify(contract, null, 2)}\n`;
}
