// The media types that are sequences of items. A response in one of them is written item by item, so it can be of any length.
import type { Contract, Media, Schema } from './document.ts';
import { resolve } from './document.ts';

/** `columns` are the names of the item's fields, in the order of the contract. */
export type Format = {
  /** The text before the first item. */
  head?(columns: readonly string[]): string;
  item(item: object, columns: readonly string[]): string;
  /** Whether items are sent when they occur, which can be long after the response has begun. */
  isLive?: true;
};

type Message = { id?: string; event?: string; data?: unknown };

export const formats: Record<string, Format> = {
  /** RFC 4180. Lists and objects are written as JSON. */
  'text/csv': {
    head: (columns) => rowOf(columns),
    item: (item, columns) => rowOf(columns.map((name) => (item as Record<string, unknown>)[name])),
  },
  'application/x-ndjson': { item: (item) => `${JSON.stringify(item)}\n` },
  /** Server-sent events (HTML standard, section 9.2). An item has the fields of an event: `id`, `event` and `data`. */
  'text/event-stream': {
    isLive: true,
    item: ({ id, event, data }: Message) =>
      `${id === undefined ? '' : `id: ${id}\n`}${event === undefined ? '' : `event: ${event}\n`}data: ${JSON.stringify(data)}\n\n`,
  },
};

const rowOf = (cells: readonly unknown[]): string => `${cells.map(cellOf).join(',')}\r\n`;

function cellOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') return quoted(typeof value === 'object' ? JSON.stringify(value) : String(value));
  return quoted(formulaStart.test(value) ? `'${value}` : value);
}

const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** A spreadsheet would execute such a text as a formula (OWASP, CSV injection). An apostrophe in front makes it text. */
const formulaStart = /^[=+\-@\t\r\n\uFF0B\uFF0D\uFF1D\uFF20]/;

/** The names of the item's fields. */
export const columnsOf = (contract: Contract, item: Schema): string[] =>
  Object.keys(resolve(contract, item).properties ?? {});

/** Writes items as one text. */
export const textOf = ({ head, item }: Format, items: readonly object[], columns: readonly string[]): string =>
  (head?.(columns) ?? '') + items.map((one) => item(one, columns)).join('');

/**
 * In a path file, the `schema` of a sequence is the schema of one item, with example items in `x-items`. In the bundle, the schema is
 * that of the text, as other tools expect, and the item's is `x-item`. The example is written from `x-items`.
 */
export function completeItems(contract: Contract, mediaType: string, media: Media, summary: string): void {
  const { schema, 'x-items': items } = media;
  const format = formats[mediaType];
  if (!format) return;
  if (!items) throw new Error(`${mediaType} is a sequence of items and needs example items in x-items`);
  media['x-item'] = schema;
  media.schema = { type: 'string' };
  media.examples = { items: { summary, value: textOf(format, items as object[], columnsOf(contract, schema)) } };
}
