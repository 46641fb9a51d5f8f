// `fetch` for the awkward contract. Every response is judged, except streams of events, which do not end.
import { readFileSync } from 'node:fs';
import { createJudge } from '../support/judging.ts';

const { judge } = createJudge(JSON.parse(readFileSync('test/awkward/generated/openapi.json', 'utf8')));

export async function judgedFetch(url: string, init: RequestInit = {}): Promise<Response> {
  const response = await fetch(url, { redirect: 'manual', ...init });
  const { method = 'GET' } = init;
  const type = response.headers.get('Content-Type') ?? '';
  if (method === 'HEAD' || type.startsWith('text/event-stream')) return response;
  const text = await response.clone().text();
  const { operationId, problems } = judge(
    method,
    url,
    response.status,
    response.headers,
    type.startsWith('application/json') ? JSON.parse(text) : text,
  );
  if (problems.length > 0)
    throw new Error(`${method} ${url} (${operationId}) ${response.status}: ${problems.join('; ')}`);
  return response;
}
