// Makes the response of a success: hides what the caller may not see, checks the rest against the contract, and writes it in the
// media type that the caller accepts.
import type { Request } from 'express';
import { type Format, formats } from '../contract/formats.ts';
import type { Call, Success } from './answer.ts';
import { etagOf, isConditional, matches } from './etag.ts';
import type { Guard, OnViolation } from './guard.ts';
import type { Reply } from './idempotency.ts';
import { isOfTeam } from './operation.ts';
import type { Rules } from './rules.ts';

export type Finishing = Pick<Rules, 'audience' | 'checks'> & { guard: Guard; onViolation: OnViolation };
/** Builds the response of a success and checks it against the contract. Rejects if the response breaks the contract. */
export type FinishFor = (success: Success, call: Call, req: Request) => Promise<Reply>;

const json = 'application/json';

export function createFinish({ guard, audience, checks, onViolation }: Finishing): FinishFor {
  return async (success, call, req) => {
    const { status, content, headers } = success;
    const { operation, requestId } = call;
    const declared = operation.successes[status];
    if (!declared) throw new Error(`${operation.operationId} has no success with status ${status}`);
    req.context.mustFit = isPublic(call); // a field that is not in the contract may be secret
    if (headers || hasKeys(declared.headers)) orReport(req, () => checks.headers(operation, status, headers ?? {}));
    const mediaType = negotiated(req, declared.mediaTypes);
    const reply: Reply = { status, body: '', requestId, ...(headers && { headers }), ...(mediaType && { mediaType }) };
    if (mediaType === undefined) return reply;
    const format = formats[mediaType];
    if (format) {
      const texts = written(format, itemsOf(content), mediaType, status, call, req);
      return { ...reply, stream: format.isLive ? texts : await begun(texts) };
    }
    if (mediaType === json) return finishedJson(reply, content as object, call, req);
    if (content instanceof Blob) return { ...reply, stream: content.stream(), length: content.size };
    return { ...reply, body: content as string };
  };

  function orReport(req: Request, check: () => void): void {
    try {
      check();
    } catch (violation) {
      onViolation(violation, req);
    }
  }

  async function finishedJson(reply: Reply, content: object, call: Call, req: Request): Promise<Reply> {
    const { operation, requestId, now } = call;
    const visible = isPublic(call) ? audience(operation, reply.status, content) : content;
    const meta = { requestId, timestamp: now.toISOString() };
    const whole = operation.hasEnvelope ? { success: true, ...visible, meta } : visible;
    const violation = await guard.response(req, reply.status, whole);
    if (violation) onViolation(violation, req);
    if (!isConditional(operation)) return { ...reply, body: JSON.stringify(whole) };
    const text = JSON.stringify(visible);
    const etag = etagOf(text);
    const headers = { ...reply.headers, ETag: etag };
    const { ifNoneMatch } = req.context;
    if (operation.method === 'GET' && ifNoneMatch !== undefined && matches(ifNoneMatch, etag))
      return { status: 304, body: '', requestId, headers };
    return { ...reply, headers, body: operation.hasEnvelope ? enveloped(text, meta) : text };
  }

  /** The text of the items, each checked when its turn comes. */
  async function* written(
    { head, item: textOf }: Format,
    items: AsyncIterable<object>,
    mediaType: string,
    status: number,
    call: Call,
    req: Request,
  ): AsyncGenerator<string> {
    const { operation } = call;
    if (head) yield head(operation.columns);
    for await (const item of items) {
      const visible = isPublic(call) ? audience(operation, status, item, mediaType) : item;
      orReport(req, () => checks.item(operation, visible));
      yield textOf(visible, operation.columns);
    }
  }
}

/** Adds the envelope to the text of a JSON object. */
function enveloped(text: string, meta: object): string {
  const fields = text.slice(1, -1);
  return `{"success":true,${fields}${fields && ','}"meta":${JSON.stringify(meta)}}`;
}

function hasKeys(values: object): boolean {
  for (const _ in values) return true;
  return false;
}

const isPublic = ({ caller }: Call): boolean => !caller || !isOfTeam(caller);

/** The items of a stream, or of a list that is also available as JSON. */
function itemsOf(content: unknown): AsyncIterable<object> {
  if (typeof content === 'object' && content !== null && Symbol.asyncIterator in content)
    return content as AsyncIterable<object>;
  return (async function* () {
    yield* (content as { data: object[] }).data;
  })();
}

/** Undefined if the response has no body. `accept` has rejected callers that accept none of the operation's media types. */
function negotiated(req: Request, mediaTypes: readonly string[]): string | undefined {
  if (mediaTypes.length < 2) return mediaTypes[0];
  req.context.headers.Vary = 'Accept';
  return req.accepts([...mediaTypes]) || mediaTypes[0];
}

/** Waits for the first text, so that an error before it still gets an error response. */
async function begun(texts: AsyncGenerator<string>): Promise<AsyncIterable<string>> {
  const first = await texts.next();
  return (async function* () {
    if (first.done) return;
    yield first.value;
    yield* texts;
  })();
}
