// Query parameters as they appear in a URL: a list can be one text, and an object is one parameter per field.
import { type Contract, type Parameter, resolve, type Schema } from './document.ts';

/** Whether the items of a list are separated by commas, as in `ids=1,2`. */
export const isCommaList = ({ in: place, explode }: Parameter): boolean => place === 'query' && explode === false;

/**
 * The parameters with each object (`style: deepObject`) replaced by its fields, as in `filter[name]=x`.
 * @throws Error for an object whose fields are not closed
 */
export function wireParameters(contract: Contract, parameters: readonly Parameter[]): Parameter[] {
  return parameters.flatMap((parameter) => {
    if (parameter.style !== 'deepObject') return [parameter];
    const { style: _, ...plain } = parameter;
    const { properties = {}, required = [], additionalProperties } = resolve<Schema>(contract, parameter.schema);
    if (additionalProperties !== false) throw new Error(`${parameter.name} must have additionalProperties: false`);
    return Object.entries(properties).map(([field, schema]) => ({
      ...plain,
      name: `${parameter.name}[${field}]`,
      required: (parameter.required ?? false) && required.includes(field),
      schema,
    }));
  });
}
