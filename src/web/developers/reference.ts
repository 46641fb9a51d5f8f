// The reference that `npm run docs` built, with the strictest Content-Security-Policy under which Redoc works.
import { readFile } from 'node:fs/promises';
import { type Document, documentOf } from './document.ts';
import { sourceOf } from './html.ts';

/** Reads the file on the first request for which it exists. Undefined until then. */
export function referenceAt(file: URL): () => Promise<Document | undefined> {
  let built: Document | undefined;
  return async () => {
    const html = built ? undefined : await readFile(file).catch(() => undefined); // does not exist yet
    if (html) built = documentOf('text/html; charset=utf-8', html, policyOf(html.toString()));
    return built;
  };
}

/** Redoc creates styles at runtime. Its search tries `eval` in a worker and works without it if it is blocked. */
function policyOf(html: string): string {
  const scripts = [...html.matchAll(/<script[^>]*>(.*?)<\/script>/gs)].map(([, text = '']) => sourceOf(text));
  return (
    `default-src 'none'; script-src ${scripts.join(' ')}; style-src 'unsafe-inline'; img-src data:; font-src data:; ` +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
  );
}
