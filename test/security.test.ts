import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { getTableName } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { buildProgram } from '../src/cli/program.ts';
import { limits, serverLimits } from '../src/protocol/limits.ts';
import { screenLimits } from '../src/protocol/screen-limits.ts';
import * as schema from '../src/storage/sqlite/file/schema.ts';

const root = join(import.meta.dirname, '..');

function read(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}

test('docs/security.md quotes only existing tests', () => {
  const named = [
    ...read('docs/security.md').matchAll(/`(test\/[\w/-]+(?:\.test)?\.ts)`: “([^”]+)”/g),
  ];
  expect(named.length).toBeGreaterThan(15);
  for (const [, file = '', title = ''] of named) {
    expect(existsSync(join(root, file)), file).toBe(true);
    expect(read(file)).toContain(title);
  }
});

test('every table of the database has its bound in docs/security.md, with the figures of the limits', () => {
  const tables = Object.values(schema).map(getTableName);
  const rows = [...read('docs/security.md').matchAll(/^\| ((?:`[a-z_]+`(?:, )?)+) \| (.*) \|$/gm)];
  const bounds = new Map(
    rows.flatMap(([, names = '', bound = '']) =>
      [...names.matchAll(/`([a-z_]+)`/g)].map(([, name = '']) => [name, bound] as const),
    ),
  );
  expect([...bounds.keys()].sort()).toEqual(tables.sort());
  const figures: Partial<Record<string, number[]>> = {
    users: [serverLimits.newNamesAtOnce, serverLimits.newNamesPerHour],
    groups: [
      ...[limits.groupsPerDay, limits.groupsOwned, limits.directsPerDay, limits.directsBegun],
      ...[serverLimits.conversationsAtOnce, serverLimits.conversationsPerHour],
    ],
    memberships: [limits.groupsJoined, limits.readRanges],
    claimed_keys: [limits.sshKeys],
    drafts: [screenLimits.drafts, screenLimits.draftBytes / 1024, screenLimits.draftDays],
    invitations: [limits.invitations, limits.invitationsReceived],
    pins: [limits.pins],
    group_log: [limits.logLines],
    reports: [limits.reportsPerDay],
    messages: [serverLimits.commandsPerSecond],
    revisions: [limits.edits],
    mentions: [limits.mentions],
    blocks: [limits.blocks],
    muted_users: [limits.mutedUsers],
    muted_threads: [limits.mutedThreads],
    tokens: [limits.tokens],
    ended_tokens: [limits.endedTokens],
  };
  for (const [table, expected = []] of Object.entries(figures)) {
    const shown = [...(bounds.get(table) ?? '').matchAll(/\b[\d,]*\d\b/g)].map(([figure]) =>
      Number(figure.replaceAll(',', '')),
    );
    expect(shown, table).toEqual(expect.arrayContaining(expected));
  }
});

function allCommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(allCommands)];
}

test('no flag has a secret as its value, because other users can read the list of processes', async () => {
  const flags = allCommands(await buildProgram()).flatMap(({ options }) => options);
  const secret = flags.filter(({ long }) => /password|token|secret/.test(long ?? ''));
  expect(secret.length).toBeGreaterThan(0);
  const taking = secret.filter(({ required, optional }) => required || optional);
  expect(taking.map(({ long }) => long)).toEqual(
    taking.map(() => expect.stringMatching(/-file$|^--max-wrong-passwords$/)),
  );
});

const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({
      hasInstallScript: z.boolean().optional(),
      gypfile: z.boolean().optional(),
      dev: z.boolean().optional(),
      optional: z.boolean().optional(),
    }),
  ),
});
const packageSchema = z.object({ allowScripts: z.record(z.string(), z.boolean()) });

test('only optional packages have scripts that an installation runs, and npm ci of a developer runs only that of node', () => {
  const { packages } = lockSchema.parse(JSON.parse(read('package-lock.json')));
  const { allowScripts } = packageSchema.parse(JSON.parse(read('package.json')));
  const scripted = Object.entries(packages).filter(([, { hasInstallScript }]) => hasInstallScript);
  // Both run without: ssh2 is JavaScript, and compiles only to be faster.
  expect(
    scripted.filter(([, { dev }]) => !dev).map(([path, { optional }]) => [path, optional]),
  ).toEqual([
    ['node_modules/cpu-features', true],
    ['node_modules/ssh2', true],
  ]);
  const names = scripted.map(([path]) => path.replace(/^.*node_modules\//, ''));
  // npm takes the binding.gyp of better-sqlite3 for a script unless it is told otherwise: npm 11 by
  // allowScripts, npm 10 by the lock file alone.
  expect([...new Set([...names, 'better-sqlite3'])].sort()).toEqual(
    Object.keys(allowScripts).sort(),
  );
  const { gypfile } = packages['node_modules/better-sqlite3'] ?? {};
  expect(gypfile, 'npm install drops it from the lock file: see CONTRIBUTING.md').toBe(false);
  expect(Object.keys(allowScripts).filter((name) => allowScripts[name])).toEqual(['node']);
});
