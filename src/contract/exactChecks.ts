// Checks of ajv that run for every string of a response, made fast. They decide the usual case themselves and leave the rest to the
// checks of ajv, so that the verdict is the same.
import { createRequire } from 'node:module';
import { _, type Ajv2020, type KeywordCxt } from 'ajv/dist/2020.js';
import { useFunc } from 'ajv/dist/compile/util.js';
import { exactFormats } from './exactFormats.ts';

/** Counts characters. Loaded in this way because its types and bundlers disagree about its default export. */
const { default: characters } = createRequire(import.meta.url)('ajv/dist/runtime/ucs2length');
/** Adds the formats and the limits of lengths, which count characters only where the number of UTF-16 units does not decide. */
export function addExactChecks(ajv: Ajv2020): void {
  for (const [name, format] of Object.entries(exactFormats)) ajv.addFormat(name, format);
  for (const keyword of ['maxLength', 'minLength'] as const) {
    ajv.removeKeyword(keyword);
    ajv.addKeyword({ keyword, type: 'string', schemaType: 'number', before: 'pattern', code: lengthOf(keyword) });
  }
}

function lengthOf(keyword: 'maxLength' | 'minLength') {
  return (context: KeywordCxt): void => {
    const { gen, data, schema } = context;
    const count = _`${useFunc(gen, characters)}(${data})`;
    context.fail(
      keyword === 'maxLength'
        ? _`${data}.length > ${schema} && ${count} > ${schema}`
        : _`${data}.length < ${2 * schema} && ${count} < ${schema}`,
    );
  };
}
