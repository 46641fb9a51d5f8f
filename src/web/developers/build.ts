// Builds the reference from the contract: one HTML file that loads nothing from other hosts. Run by `npm run docs`.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const target = process.argv[2] ?? '.docs/reference.html';
const template = fileURLToPath(new URL('./reference.hbs', import.meta.url));
const redocOptions = {
  downloadUrls: [{ title: 'OpenAPI', url: '/developers/api/openapi.json' }],
  showExtensions: ['x-audience'],
};
const redoclyLogo = /https:\/\/cdn\.redoc\.ly\/redoc\/logo-mini(-full)?\.svg/g;
const logoInPlace = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" width="46" height="12"><text y="10" font-family="sans-serif" font-size="11" fill="#4a90f0">Redocly</text></svg>',
)}`;

const began = performance.now();
execFileSync(
  'redocly',
  [
    ...['build-docs', 'bundle', '--inlineBundle', '--template', template],
    ...['--openapi', JSON.stringify(redocOptions), '--output', target],
  ],
  { stdio: ['ignore', 'ignore', 'pipe'] }, // without a terminal, Redocly does not check for updates
);
const html = readFileSync(target, 'utf8').replaceAll(redoclyLogo, logoInPlace);
if (html.includes('cdn.redoc.ly')) throw new Error('the reference loads more than the logo from another host');
writeFileSync(target, html);
console.log(
  `${target}: ${Math.round(Buffer.byteLength(html) / 1024)} KiB in ${((performance.now() - began) / 1000).toFixed(1)} s`,
);
