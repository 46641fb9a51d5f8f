// The page to which `doc_url` links: one section per error code, from the registry.
import type { ErrorEntry } from '../../../generated/errors.ts';
import { escapeHtml, page, prose } from './html.ts';

const statusesWithRetryAfter = [429, 503];

/** @param registry the errors by code, in the order of the page */
export function errorsPage(registry: Record<string, ErrorEntry>): string {
  const entries = Object.entries(registry);
  return page(
    'Errors',
    `<p>Every error response has a <code>code</code>. This page lists the cause and the fix for each code.</p>
<table>
<thead><tr><th>Status</th><th>Code</th><th>Title</th></tr></thead>
<tbody>
${entries.map(([code, entry]) => row(code, entry)).join('\n')}
</tbody>
</table>
${entries.map(([code, entry]) => section(code, entry)).join('\n')}`,
  );
}

function row(code: string, { status, title }: ErrorEntry): string {
  const name = escapeHtml(code);
  const breakable = name.replaceAll('_', '_<wbr>'); // narrow screens break the code between words
  return `<tr><td>${status}</td><td><a href="#${name}"><code>${breakable}</code></a></td><td>${prose(title)}</td></tr>`;
}

function section(code: string, entry: ErrorEntry): string {
  const name = escapeHtml(code);
  return `<section id="${name}">
<h2><a href="#${name}">${prose(entry.title)}</a></h2>
<p class="facts"><code>${name}</code> · ${entry.status} · <code>${escapeHtml(entry.type)}</code></p>
<dl>
<dt>Message</dt><dd>${prose(entry.message)}</dd>
<dt>Cause</dt><dd>${prose(entry.cause)}</dd>
<dt>Fix</dt><dd>${prose(entry.fix)}</dd>
</dl>
<pre><code>${escapeHtml(JSON.stringify(example(code, entry), null, 2))}</code></pre>
</section>`;
}

function example(code: string, { status, type, message, param }: ErrorEntry) {
  return {
    success: false,
    error: {
      type,
      code,
      message,
      doc_url: `https://cstar.help/developers/api/errors#${code}`,
      request_id: 'req_a1B2c3D4e5F6',
      ...(param && { param }),
      ...(statusesWithRetryAfter.includes(status) && { retryAfter: 30 }),
    },
  };
}
