// Network addresses and address ranges. An IPv4-mapped IPv6 address counts as IPv4, so an IPv6 range never contains an IPv4 address.
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { LRUCache } from 'lru-cache';
import type { Stage } from './context.ts';

/** All addresses whose first `bits` equal those of `start`. For a single address, `bits` is its full length. */
export type AddressRange = { start: ipaddr.IPv4 | ipaddr.IPv6; bits: number };

/** @throws Error if the text is neither an address nor a CIDR range, which the contract rules out */
export function addressRangeOf(text: string): AddressRange {
  const [, address = '', prefix] = /^([^/]+)(?:\/(\d+))?$/.exec(text) ?? [];
  const bitsMax = isIP(address) === 4 ? 32 : 128;
  const bits = Number(prefix ?? bitsMax);
  if (!isIP(address) || bits > bitsMax) throw new Error(`'${text}' is not an IP address or a CIDR range`);
  const start = parsed(address);
  return start instanceof ipaddr.IPv6 && start.isIPv4MappedAddress() && bits >= 96
    ? { start: start.toIPv4Address(), bits: bits - 96 }
    : { start, bits };
}

/** Parses a client's address. The zone of a link-local address is ignored because it does not identify the client. */
export function clientAddressOf(text: string): AddressRange | undefined {
  const known = recent.get(text);
  if (known) return known;
  if (!isIP(text)) return undefined;
  const address = addressRangeOf(text.replace(/%.*/, ''));
  recent.set(text, address);
  return address;
}

/** Addresses of recent clients: parsing one takes longer than looking it up. */
const recent = new LRUCache<string, AddressRange>({ max: 1_000 });

/** Whether `outer` contains every address of `inner`. */
export function liesWithin(inner: AddressRange, outer: AddressRange): boolean {
  return (
    inner.start.kind() === outer.start.kind() && inner.bits >= outer.bits && inner.start.match(outer.start, outer.bits)
  );
}

/** ipaddr.js parses `::1.2.3.4` as the IPv4 address 1.2.3.4. It is an IPv6 address. */
const parsed = (address: string): AddressRange['start'] =>
  ipaddr.parse(address.replace(/^::(?=\d+\.)/, '0:0:0:0:0:0:'));

/** Removes ports from X-Forwarded-For. Some proxies send `address:port` or `[address]:port`, but Express expects addresses. */
export const dropPorts: Stage = (req) => {
  const forwarded = req.headers['x-forwarded-for'];
  if (forwarded) req.headers['x-forwarded-for'] = String(forwarded).split(',').map(withoutPort).join(', ');
};

function withoutPort(entry: string): string {
  const text = entry.trim();
  const [, address] = /^(?:([\d.]+):\d+|\[([^\]]+)\](?::\d+)?)$/.exec(text)?.filter((part) => part !== undefined) ?? [];
  return address !== undefined && isIP(address) ? address : text;
}
