import type { Algorithms } from 'ssh2';

/**
 * What the server offers. There is no finite-field Diffie-Hellman: one handshake would cost too much processor time,
 * and the client could choose the numbers. Compression is off, because it would unpack before the login.
 */
export const algorithms: Algorithms = {
  // The order does not matter for the choice, which is the client's. But ssh2 takes each guess of a client (RFC 4253, section
  // 7.1) for a wrong one, and then both sides wait. So the first name is not that of dropbear, which does guess.
  kex: ['curve25519-sha256@libssh.org', 'curve25519-sha256'],
  serverHostKey: ['ssh-ed25519'],
  cipher: [
    'aes128-gcm@openssh.com',
    'aes256-gcm@openssh.com',
    'chacha20-poly1305@openssh.com',
    'aes256-ctr',
  ],
  hmac: ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com'],
  compress: ['none'],
};
