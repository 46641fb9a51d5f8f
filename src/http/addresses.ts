// Network addresses and ranges of them. IPv4 mapped into IPv6 is IPv4 here, so an IPv6 range never holds an IPv4 address.
import { isIP } from 'node:net';
import type { RequestHandler } from 'express';
import ipaddr from 'ipaddr.js';

/** All addresses that share their first `bits` with `start`; one address alone is the range of all its bits. */
export type AddressRange = { start: ipaddr.IPv4 | ipaddr.IPv6; bits: number };

/** @throws Error when the text is neither an address nor a CIDR range; the contract admits none such. */
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

/** A client's address, if it is one; the zone of a link-local address says nothing about who the client is. */
export function clientAddressOf(text: string): AddressRange | undefined {
  return isIP(text) ? addressRangeOf(text.replace(/%.*/, '')) : undefined;
}

/** Whether every address of one range is in the other. */
export function liesWithin(inner: AddressRange, outer: AddressRange): boolean {
  return (
    inner.start.kind() === outer.start.kind() && inner.bits >= outer.bits && inner.start.match(outer.start, outer.bits)
  );
}

/** ipaddr.js takes `::1.2.3.4` for the IPv4 address 1.2.3.4, which it is not. */
const parsed = (address: string): AddressRange['start'] =>
  ipaddr.parse(address.replace(/^::(?=\d+\.)/, '0:0:0:0:0:0:'));

/** Some proxies write the client's port into X-Forwarded-For, as `address:port` or `[address]:port`; Express wants addresses. */
export const dropPorts: RequestHandler = (req, _res, next) => {
  const forwarded = req.headers['x-forwarded-for'];
  if (forwarded) req.headers['x-forwarded-for'] = String(forwarded).split(',').map(withoutPort).join(', ');
  next();
};

function withoutPort(entry: string): string {
  const text = entry.trim();
  const [, address] = /^(?:([\d.]+):\d+|\[([^\]]+)\](?::\d+)?)$/.exec(text)?.filter((part) => part !== undefined) ?? [];
  return address !== undefined && isIP(address) ? address : text;
}
