import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { programVersion } from '../../src/cli/version.ts';
import { openRpcDocument } from '../../src/protocol/openrpc.ts';
import { TestBoard } from '../helpers/board.ts';

const written = readFileSync(new URL('../../docs/openrpc.json', import.meta.url), 'utf8');

test('docs/openrpc.json is what `npm run openrpc` makes of the schemas', () => {
  expect(JSON.parse(written)).toEqual(openRpcDocument(programVersion()));
});

test('rpc.discover answers with it, before login', async () => {
  const board = await TestBoard.start({ version: programVersion() });
  const program = await board.connectProgram();
  expect(await program.call('rpc.discover', {})).toEqual(JSON.parse(written));
});
