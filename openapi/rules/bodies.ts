// Iterators over the operations, responses and bodies of the bundle. `at` is the shared component if there is one.
import {
  type Contract,
  type Media,
  type methods,
  type Operation,
  operationsOf,
  type PathItem,
  type Ref,
  type Response,
  resolve,
} from '../../src/contract/document.ts';
import type { Place } from './rule.ts';

export type OperationAt = {
  path: string;
  method: (typeof methods)[number];
  item: PathItem;
  operation: Operation;
  at: Place;
};
export type ResponseAt = { owner: OperationAt; status: string; response: Response; at: Place };
export type Body = {
  owner: OperationAt;
  direction: 'request' | 'response';
  /** Empty for a request. */
  status: string;
  mediaType: string;
  media: Media;
  at: Place;
};

/** Every operation, with its place in the document. */
export function* operationsAt(contract: Contract): Generator<OperationAt> {
  for (const entry of operationsOf(contract)) yield { ...entry, at: ['paths', entry.path, entry.method] };
}

/** Every response of every operation. */
export function* responsesOf(contract: Contract): Generator<ResponseAt> {
  for (const owner of operationsAt(contract))
    for (const [status, response] of Object.entries(owner.operation.responses))
      yield {
        owner,
        status,
        response: resolve(contract, response),
        at: placeOf(response, [...owner.at, 'responses', status]),
      };
}

/** Every body that a request or a response may have. */
export function* bodiesOf(contract: Contract): Generator<Body> {
  for (const owner of operationsAt(contract)) {
    const { requestBody } = owner.operation;
    for (const [mediaType, media] of Object.entries(requestBody?.content ?? {}))
      yield {
        owner,
        direction: 'request',
        status: '',
        mediaType,
        media,
        at: [...owner.at, 'requestBody', 'content', mediaType],
      };
  }
  for (const { owner, status, response, at } of responsesOf(contract))
    for (const [mediaType, media] of Object.entries(response.content ?? {}))
      yield { owner, direction: 'response', status, mediaType, media, at: [...at, 'content', mediaType] };
}

/** The place of a node, or of the component that its `$ref` points to. */
export const placeOf = <T extends object>(node: Ref<T>, at: Place): Place => node.$ref?.slice(2).split('/') ?? at;
