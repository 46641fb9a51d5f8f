// `npm run new -- labels --prefix lbl` writes the files of a new resource with five operations: contract and handlers. The handlers
// return 501, and one test of each operation fails until it is implemented (test/laws).
import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { eventsOf, filesOf, type Names } from './files.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { prefix: { type: 'string' }, singular: { type: 'string' } },
});
const names = namesOf(positionals[0] ?? '', values.singular, values.prefix);
for (const [file, text] of Object.entries(filesOf(names))) {
  if (existsSync(file)) throw new Error(`${file} already exists`);
  mkdirSync(file.slice(0, file.lastIndexOf('/')), { recursive: true });
  writeFileSync(file, text);
  console.log(`created ${file}`);
}
addToContract(names);
addToBackend(names);
appendFileSync('openapi/webhooks.yaml', eventsOf(names));
appendFileSync('openapi/CHANGELOG.md', `- ${names.Plural}: list, create, get, update and delete ${names.plural}.\n`);
execFileSync('biome', ['check', '--write', 'src/backend.ts'], { stdio: ['ignore', 'ignore', 'inherit'] }); // sorts the imports
console.log(`changed openapi/openapi.yaml, openapi/webhooks.yaml, openapi/CHANGELOG.md and src/backend.ts
Now run \`npm run generate\`, and implement src/${names.plural}/handlers.ts.`);

/** @throws Error for names that the contract does not allow */
function namesOf(plural: string, given: string | undefined, prefix = plural.slice(0, 3)): Names {
  const singular = given ?? plural.replace(/ies$/, 'y').replace(/s$/, '');
  if (!/^[a-z]+s$/.test(plural) || !/^[a-z]+$/.test(singular))
    throw new Error('Name the resource with a plural noun in lower case: npm run new -- labels --prefix lbl');
  if (!/^[a-z]{3,5}$/.test(prefix)) throw new Error('A prefix has three to five letters');
  const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
  const a = /^[aeiou]/.test(singular) ? `an ${singular}` : `a ${singular}`;
  return { plural, singular, Plural: capital(plural), Singular: capital(singular), a, prefix };
}

function addToContract({ plural, singular, Plural, Singular, a, prefix }: Names): void {
  const path = `/api/v1/teams/{teamId}/${plural}`;
  const file = path.slice(1).replaceAll('/', '_');
  insert('openapi/openapi.yaml', [
    ['x-ids:\n', `  ${Singular}: { example: ${prefix}_a1B2c3D4e5F6, noun: ${a}, parameter: ${singular}Id }\n`],
    ['tags:\n', `  - name: ${Plural}\n    description: Create and organize ${plural}.\n`],
    [
      'paths:\n',
      `  ${path}:\n    $ref: paths/${file}.yaml\n  ${path}/{${singular}Id}:\n    $ref: paths/${file}_{${singular}Id}.yaml\n`,
    ],
  ]);
}

function addToBackend({ plural, Plural }: Names): void {
  insert('src/backend.ts', [
    [
      "import type { Handlers } from '../generated/stubs.ts';\n",
      `import { ${plural}Handlers } from './${plural}/handlers.ts';\n`,
    ],
    ['  return {\n', `    ${Plural}: ${plural}Handlers,\n`],
  ]);
}

/** Inserts each text after the first occurrence of its line. */
function insert(file: string, texts: [after: string, text: string][]): void {
  let content = readFileSync(file, 'utf8');
  for (const [after, text] of texts) {
    if (!content.includes(after)) throw new Error(`${file} has no line ${after}`);
    content = content.replace(after, after + text);
  }
  writeFileSync(file, content);
}
