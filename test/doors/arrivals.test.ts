import { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { Arrival, Arrivals } from '../../src/doors/arriving/arrivals.ts';

/** Arrivals from addresses, of which those that had to make place are known by their number. */
function arrive(limits: { all: number; perNetwork: number }, addresses: string[]) {
  const displaced: Arrival[] = [];
  const arrivals = new Arrivals(limits, (arrival) => displaced.push(arrival));
  const all = addresses.map((address) => {
    const arrival = new Arrival(new Socket(), address, 'handshake');
    arrivals.add(arrival);
    arrivals.assign(arrival);
    return arrival;
  });
  return { arrivals, all, displaced: displaced.map((arrival) => all.indexOf(arrival)) };
}

test('an arrival over the limit replaces the oldest one', () => {
  const { displaced, arrivals } = arrive({ all: 2, perNetwork: 9 }, [
    '127.0.0.1',
    '::1',
    '127.0.0.1',
  ]);
  expect(displaced).toEqual([0]);
  expect(arrivals.count()).toEqual(new Map([['handshake', 2]]));
});

test('an arrival over the limit of its network replaces the oldest one from that network', () => {
  const from = ['192.0.2.9', '2001:db8::1', '2001:db8::2', '::ffff:192.0.2.9', '2001:db8::3'];
  expect(arrive({ all: 9, perNetwork: 2 }, from).displaced).toEqual([1]);
});

test('arrivals from this machine are only limited in all, not per network', () => {
  expect(arrive({ all: 9, perNetwork: 1 }, ['127.0.0.1', '127.0.0.1', '::1']).displaced).toEqual(
    [],
  );
});

test('the place of an arrival that has ended is free again', () => {
  const { arrivals, all } = arrive({ all: 2, perNetwork: 2 }, ['192.0.2.1', '192.0.2.1']);
  for (const arrival of all) arrivals.remove(arrival);
  for (const arrival of all) arrivals.remove(arrival);
  expect(arrivals.count()).toEqual(new Map());
  expect([...arrivals]).toEqual([]);
});
