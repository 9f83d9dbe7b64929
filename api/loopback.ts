import { lookup } from 'node:dns/promises';
import { BlockList, isIP, isIPv6 } from 'node:net';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** Whether only programs on this machine reach an address; IPv4 written as IPv6 (`::ffff:127.0.0.1`) is IPv4. */
export function isLoopbackAddress(address: string): boolean {
  return isIP(address) !== 0 && LOOPBACK.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

/**
 * Whether only programs on this machine reach a host: every address that its name stands for must be such a one.
 * @throws the system's own error where a name stands for nothing, `ENOTFOUND` say
 */
export async function isLoopbackHost(host: string): Promise<boolean> {
  if (isIP(host) !== 0) return isLoopbackAddress(host);
  const addresses = await lookup(host, { all: true });
  return addresses.every(({ address }) => isLoopbackAddress(address));
}
