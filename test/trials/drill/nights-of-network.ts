import { once } from 'node:events';
import { renameSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { expect, onTestFinished } from 'vitest';
import { tamper } from '../../cli/seed.ts';
import { scrape } from '../../doors/scrape.ts';
import {
  type CertificateFiles,
  makeCertificate,
  makeEndedCertificate,
  makeRsaKey,
} from '../../helpers/certificate.ts';
import { runCli } from '../../helpers/cli.ts';
import { halfHello } from '../../helpers/half-hello.ts';
import { JsonPeer } from '../../helpers/json-peer.ts';
import { tempFolder } from '../../helpers/temp.ts';
import type { Night } from './night.ts';

function settings({ cert, key }: CertificateFiles): string[] {
  return ['--tls-cert', cert, '--tls-key', key];
}

async function rawSocket(port: number, localAddress = '127.0.0.1'): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port, localAddress });
  socket.on('error', () => {});
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return socket.resume();
}

export const nightsOfNetwork: Night[] = [
  {
    title: 'the key does not belong to the certificate, at the start',
    needs: 'openssl',
    async happens(scene) {
      const key = makeRsaKey();
      await scene.start({ args: settings({ ...makeCertificate('board'), key }) });
    },
  },
  {
    title: 'the key does not belong to the certificate, at SIGHUP',
    quick: true,
    needs: 'openssl',
    async happens(scene) {
      const folder = tempFolder();
      const files = makeCertificate('board', folder, 90);
      const board = await scene.start({ args: settings(files), secure: true });
      makeCertificate('other', folder, 90);
      renameSync(makeRsaKey(), files.key);
      board?.signal('SIGHUP');
      await board?.logged('stays in force');
    },
  },
  {
    title: 'the certificate has ended',
    needs: 'openssl',
    async happens(scene) {
      const files = makeEndedCertificate('board');
      await scene.start({ args: settings(files), secure: true });
      // The fault was there from the start.
      scene.before = undefined;
    },
  },
  {
    title: 'peers never finish a TLS handshake',
    needs: 'openssl',
    async happens(scene) {
      const files = makeCertificate('board', undefined, 90);
      const args = [...settings(files), '--max-connections', '40'];
      const board = await scene.start({ args, secure: true });
      if (!board) return;
      const { port } = board;
      for (let peer = 0; peer < 40; peer++) (await rawSocket(port)).write(halfHello);
      const secure = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false });
      expect(await new JsonPeer(secure).call('ping', {})).toEqual({});
      // After 10 s.
      await board.logged('a TLS handshake was not finished in time');
    },
  },
  {
    title: 'there are more connections than the board may have',
    quick: true,
    async happens(scene) {
      const board = await scene.start({ args: ['--max-connections', '40'] });
      for (let peer = 0; peer < 60; peer++) await rawSocket(board?.port ?? 0);
      await board?.logged('max-connections');
    },
  },
  {
    title: 'the process may open few files',
    needs: 'linux',
    async happens(scene) {
      const board = await scene.start({ before: 'ulimit -n 256' });
      for (let peer = 0; peer < 600; peer++) await rawSocket(board?.port ?? 0);
      await board?.logged('turned away');
    },
  },
  {
    title: 'somebody guesses passwords',
    async happens(scene) {
      const board = await scene.start();
      if (!board) return;
      const peers = Array.from({ length: 150 }, async (_, number) => {
        const peer = await JsonPeer.connect(board.port, '127.0.3.1');
        const guess = { user: 'alice', password: `a guess, number ${number}` };
        peer.write(
          `${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'session.login', params: guess })}\n`,
        );
        return peer;
      });
      await Promise.all(peers);
      // Within a minute: pauses let few of the guesses be checked.
      const enough = 60;
      for (let counted = 0; counted < enough; ) {
        const metrics = await scrape(board.metricsUrl);
        const outcomes = ['PASSWORD_WRONG', 'RATE_LIMITED'].map(
          (outcome) =>
            metrics[`corkboard_requests_total{method="session.login",outcome="${outcome}"}`],
        );
        counted = (outcomes[0] ?? 0) + (outcomes[1] ?? 0);
      }
    },
  },
  {
    title: 'peers come from a banned network',
    async happens(scene) {
      const board = await scene.start();
      const ban = ['ban', 'add', '127.0.3.0/24', '--force', '--data', board?.data ?? ''];
      expect(await runCli(ban)).toMatchObject({ code: 0 });
      while (!board?.log.includes('banned network')) {
        await once(await rawSocket(board?.port ?? 0, '127.0.3.1'), 'close');
      }
    },
  },
  {
    title: 'SIGHUP finds a configuration that is wrong',
    quick: true,
    async happens(scene) {
      const file = join(tempFolder(), 'corkboard.toml');
      writeFileSync(file, '');
      const board = await scene.start({ args: ['--config', file] });
      writeFileSync(file, 'prot = 1\n');
      board?.signal('SIGHUP');
      await board?.logged('stays in force');
    },
  },
  {
    title: 'another program has the port',
    async happens(scene) {
      const other = await scene.start();
      await scene.start({ args: ['--port', String(other?.port)] });
      await other?.stop();
    },
  },
  {
    title: 'the reader of the log stands still',
    async happens(scene) {
      const board = await scene.start({ args: ['--log-level', 'debug'] });
      const stderr = board?.child.stderr;
      stderr?.pause();
      for (let round = 0; round < 20; round++) {
        await Promise.all(Array.from({ length: 800 }, () => scene.ask('ping', {})));
      }
      stderr?.resume();
      await board?.logged('lines are missing here');
    },
  },
  {
    title: 'a request runs into a bug',
    quick: true,
    once: true,
    async happens(scene) {
      const board = await scene.start();
      // No bug is known: a table that is gone has the code do what it never should.
      const bob = await JsonPeer.connect(board?.port ?? 0);
      const { token } = await bob.call('session.login', { user: 'bob' });
      tamper(board?.data ?? '', 'DROP TABLE ended_tokens');
      const again = await JsonPeer.connect(board?.port ?? 0);
      const { error } = await again.request('session.resume', { token });
      expect(error?.data.code).toBe('INTERNAL_ERROR');
    },
  },
  {
    title: 'the server is killed',
    async happens(scene) {
      const board = await scene.start();
      board?.signal('SIGKILL');
      await board?.exited();
    },
  },
];
