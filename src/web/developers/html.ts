// The layout of our own pages: escaped text, one style sheet, no scripts, nothing from other hosts.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

const style = readFileSync(new URL('./page.css', import.meta.url), 'utf8');
const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** A source expression that allows an inline script or style with exactly this text (CSP, section 2.3.1). */
export const sourceOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** The Content-Security-Policy of pages that `page` creates. */
export const pagePolicy = `default-src 'none'; style-src ${sourceOf(style)}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** Escapes text for use between tags and in quoted attributes. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (sign) => entities[sign] as string); // has an entry for every character of the class

/** Converts text of the contract, where backticks mark code, to HTML. */
export const prose = (text: string): string => escapeHtml(text).replace(/`([^`]+)`/g, '<code>$1</code>');

/** A complete page. `body` is HTML. */
export const page = (title: string, body: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} · cStar API</title>
<style>${style}</style>
</head>
<body>
<nav>
<a href="/developers/api">Reference</a>
<a href="/developers/api/errors">Errors</a>
<a href="/developers/api/openapi.json">OpenAPI contract</a>
</nav>
<main>
<h1>${escapeHtml(title)}</h1>
${body}
</main>
</body>
</html>
`;
