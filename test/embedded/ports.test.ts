import { PortTakenError } from '../../embedded/errors.ts';
import { choosePorts } from '../../embedded/ports.ts';
import { blockPort } from './blocked-port.ts';

const PURPOSE = { purpose: 'a test', variable: 'COOKIE_MONSTER_JAR_PORT' };

describe('choosing ports', () => {
  it('picks free ones for 0, all different', async () => {
    const ports = await choosePorts([0, 0, 0].map((port) => ({ port, ...PURPOSE })));
    expect(new Set(ports).size).toBe(3);
    expect(await choosePorts(ports.map((port) => ({ port, ...PURPOSE })))).toEqual(ports);
  });

  it.each(['127.0.0.1', '0.0.0.0'])('names a port taken on %s, who wanted it and how to change it', async (host) => {
    const { port, free } = await blockPort(host);
    try {
      const other = { port: 0, purpose: 'another', variable: 'OTHER' };
      const choice = choosePorts([other, { port, ...PURPOSE }]);
      await expect(choice).rejects.toThrow(PortTakenError);
      await expect(choice).rejects.toThrow(new RegExp(`port ${port} .*for a test.*COOKIE_MONSTER_JAR_PORT`));
    } finally {
      await free();
    }
  });
});
