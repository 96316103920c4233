import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { noticeSchemas } from '../../src/protocol/schemas.ts';
import type { JsonPeer } from '../helpers/json-peer.ts';

/** The rule that closes a list and a message. */
export const rule = '-'.repeat(40);

/** `text` with its dates replaced by the word `DATE`. */
export function undated(text: string): string {
  return text.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, 'DATE');
}

/** `text` without its times and tokens, and without the places in a search, which are a time. */
export function masked(text: string): string {
  return undated(text)
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replace(/"(change|id)":\d{10,}/g, '"$1":0')
    .replace(/"(token)":"[^"]*"/g, '"$1":""')
    .replace(/("next":"|before[: ])[\w.:-]{20,}/g, '$1PLACE');
}

/** The lines of a list, without its frame. */
export function listRows(...messages: [number: number, sender: string, subject: string][]): string {
  return messages
    .map(([number, sender, subject]) => {
      return `ID: ${number} | Sender: ${sender} | Date: DATE | Subject: ${subject}\n`;
    })
    .join('');
}

/** The numbers of the messages that a text speaks of, in lists and in notices. */
export function numbersIn(text: string): number[] {
  return [...text.matchAll(/\bID: (\d+)[ ,]/g)].map(([, number]) => Number(number));
}

/** The numbers of the messages that a program was told of in notices, so far. */
export function numbersTold({ received }: JsonPeer): number[] {
  return received
    .filter(({ method }) => method === 'message.posted')
    .map(({ params }) => noticeSchemas['message.posted'].parse(params).message.number);
}

/** The numbers from `first` to `last`. */
export function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

/** The server's ends of the connections made from here on, in order: for what no peer can see. */
export function serverEnds(): Socket[] {
  const ends: Socket[] = [];
  const accepted = (message: unknown) => void ends.push((message as { socket: Socket }).socket);
  subscribe('net.server.socket', accepted);
  onTestFinished(() => void unsubscribe('net.server.socket', accepted));
  return ends;
}
