// Runs the curl commands of our documents unchanged. Every response is judged.
import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import { type Backend, recordedAs } from '../support/client.ts';
import { insist } from '../support/judge.ts';

export type Answer = { status: number; headers: Headers; body: any };
export type Run = (backend: Backend, command: string) => Promise<Answer>;

const hasCurl = (() => {
  try {
    execFileSync('curl', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

/** With the real curl if it is installed, and with `fetch`. */
export const runners: { tool: string; run: Run }[] = [
  ...(hasCurl ? [{ tool: 'curl', run: judged(withCurl) }] : []),
  { tool: 'fetch', run: judged(withFetch) },
];
export const run = (runners[0] as (typeof runners)[number]).run; // `fetch` is always available

/** Replaces the sample values of a document with real ones, in the given order. */
export const fill = (text: string, samples: Record<string, string>): string =>
  Object.entries(samples).reduce((filled, [sample, value]) => filled.replaceAll(sample, value), text);

type Request = { url: string; method: string; headers: [string, string][]; body: string | undefined };

function judged(send: (args: string[]) => Promise<Answer>): Run {
  return async (backend, command) => {
    const args = argumentsOf(command);
    const { url, method, headers } = requestOf(args);
    const answer = await send(args);
    insist(recordedAs(backend, new Headers(headers)), method, url, answer.status, answer.headers, answer.body);
    return answer;
  };
}

async function withCurl(args: string[]): Promise<Answer> {
  const { stdout } = await promisify(execFile)('curl', ['--silent', '--show-error', '--include', ...args]);
  const [head = '', ...rest] = stdout.split('\r\n\r\n');
  const [statusLine = '', ...lines] = head.split('\r\n');
  const headers = lines.map((line) => line.split(/: (.*)/s).slice(0, 2) as [string, string]);
  return {
    status: Number(statusLine.split(' ')[1]),
    headers: new Headers(headers),
    body: JSON.parse(rest.join('\r\n\r\n')),
  };
}

async function withFetch(args: string[]): Promise<Answer> {
  const { url, ...init } = requestOf(args);
  const response = await fetch(url, init);
  return { status: response.status, headers: response.headers, body: await response.json() };
}

/** The arguments after `curl`, as a shell would split them. */
function argumentsOf(command: string): string[] {
  const words = command.replaceAll('\\\n', ' ').match(/"[^"]*"|'[^']*'|[^\s"']+/g) ?? [];
  if (words[0] !== 'curl') throw new Error(`not a curl command: ${command}`);
  return words.slice(1).map((word) => word.replace(/^(["'])(.*)\1$/s, '$2'));
}

/** @throws Error for an option that our documents do not use yet */
function requestOf(args: string[]): Request {
  const request: Request = { url: '', method: '', headers: [], body: undefined };
  for (let i = 0; i < args.length; i++) {
    const word = args[i] as string;
    const next = () => args[++i] as string;
    if (word === '-H')
      request.headers.push(
        next()
          .split(/: (.*)/s)
          .slice(0, 2) as [string, string],
      );
    else if (word === '-d') request.body = next();
    else if (word === '-X') request.method = next();
    else if (word.startsWith('-') || request.url) throw new Error(`unknown curl option ${word}`);
    else request.url = word;
  }
  return { ...request, method: request.method || (request.body === undefined ? 'GET' : 'POST') };
}
