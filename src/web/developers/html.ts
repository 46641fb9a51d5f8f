// The frame of our own pages: text made safe, one style sheet, no script, nothing from elsewhere.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

const style = readFileSync(new URL('./page.css', import.meta.url), 'utf8');
const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** A source expression that allows an inline script or style with exactly this text (CSP, section 2.3.1). */
export const sourceOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** The Content-Security-Policy of what `page` makes. */
export const pagePolicy = `default-src 'none'; style-src ${sourceOf(style)}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** Text that may stand between tags and in quoted attributes. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (sign) => entities[sign] as string); // has every sign of the class

/** Text of the contract, where backticks mark code. */
export const prose = (text: string): string => escapeHtml(text).replace(/`([^`]+)`/g, '<code>$1</code>');

/** A whole page; `body` is HTML. */
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
