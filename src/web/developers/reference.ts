// The reference as `npm run docs` left it, with the strictest policy that Redoc works under.
import { readFile } from 'node:fs/promises';
import { type Document, documentOf } from './document.ts';
import { sourceOf } from './html.ts';

/** Reads the file when it is first asked for and there; undefined until then. */
export function referenceAt(file: URL): () => Promise<Document | undefined> {
  let built: Document | undefined;
  return async () => {
    const html = built ? undefined : await readFile(file).catch(() => undefined); // not there yet
    if (html) built = documentOf('text/html; charset=utf-8', html, policyOf(html.toString()));
    return built;
  };
}

/** Redoc makes styles while it runs. Its search tries `eval` for a worker, is refused, and does without. */
function policyOf(html: string): string {
  const scripts = [...html.matchAll(/<script[^>]*>(.*?)<\/script>/gs)].map(([, text = '']) => sourceOf(text));
  return (
    `default-src 'none'; script-src ${scripts.join(' ')}; style-src 'unsafe-inline'; img-src data:; font-src data:; ` +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
  );
}
