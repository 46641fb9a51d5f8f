// Plays what Prism does not: successes without JSON, from their examples, and the headers that an operation declares itself.
import {
  type Contract,
  type Header,
  type Media,
  operationsOf,
  type Ref,
  type Response,
  resolve,
  type Schema,
} from '../contract/document.ts';
import type { Operation } from '../http/router.ts';

export type Played = {
  isJson(operation: Operation, status: number): boolean;
  /** A stream of example items, a text, a Blob, or nothing for a response without a body. */
  content(operation: Operation, status: number, example: string | undefined): unknown;
  headers(operation: Operation, status: number): Record<string, string>;
};

const json = 'application/json';
const isText = (mediaType: string): boolean => /^text\/|\+xml$|\/xml$/.test(mediaType);

export function createPlayed(contract: Contract): Played {
  const responses = new Map(
    [...operationsOf(contract)].flatMap(({ operation }) =>
      Object.entries(operation.responses).map(([status, response]) => [
        `${operation.operationId} ${status}`,
        resolve<Response>(contract, response),
      ]),
    ),
  );
  const responseOf = ({ operationId }: Operation, status: number): Response =>
    responses.get(`${operationId} ${status}`) as Response; // a scenario names a declared status

  return {
    isJson: (operation, status) => json in (responseOf(operation, status).content ?? {}),
    content(operation, status, example) {
      const [[mediaType, media] = []] = Object.entries<Media>(responseOf(operation, status).content ?? {});
      if (!mediaType || !media) return undefined;
      if (media['x-item']) return streamOf(media['x-items'] as object[]);
      const found = media.examples?.[example ?? ''];
      const value = found && resolve(contract, found).value;
      return isText(mediaType) ? value : new Blob([value as string], { type: mediaType });
    },
    headers(operation, status) {
      const own = Object.keys(operation.successes[status]?.headers ?? {});
      if (status === 304) own.push('ETag'); // there is no content to compute it from
      const declared = responseOf(operation, status).headers ?? {};
      return Object.fromEntries(own.map((name) => [name, exampleOf(declared[name] as Ref<Header>)]));
    },
  };

  function exampleOf(header: Ref<Header>): string {
    const { examples } = resolve<Schema>(contract, resolve(contract, header).schema) as { examples?: unknown[] };
    return String(examples?.[0]); // lint: header-examples
  }
}

async function* streamOf(items: object[]): AsyncGenerator<object> {
  yield* items;
}
