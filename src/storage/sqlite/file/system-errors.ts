/**
 * What an operator can do about an error of the system. An error with a code that is missing here,
 * such as EBADF or EINVAL, is a bug.
 */
const advices: Readonly<Record<string, string>> = {
  ENOSPC: 'Make room on its disk (df -h; df -i where no inode is left)',
  EDQUOT: 'The quota of this user is used up: make room, or have it raised',
  EFBIG: 'It is larger than the file system or the limit of this process allows (ulimit -f)',
  EIO: 'The disk fails: see dmesg, and use another one',
  EROFS: 'Its file system is mounted read-only: see dmesg and findmnt',
  EACCES: 'Check its owner and mode, those of its folder, and which user runs this',
  EPERM: 'Check its owner and mode, those of its folder, and which user runs this',
  ENOENT: 'Check the path',
  ENOTDIR: 'A part of the path is no folder',
  EISDIR: 'It is a folder: name a file',
  EEXIST: 'Something of that name is in the way',
  ENOTEMPTY: 'Something of that name is in the way',
  ENAMETOOLONG: 'Choose a shorter name',
  ELOOP: 'A symbolic link in the path leads to itself',
  EMFILE: 'Too many files are open: raise the limit (ulimit -n)',
  ENFILE: 'Too many files are open on this machine',
  ENOMEM: 'There is no memory left',
  EAGAIN: 'A limit of this machine is reached: try again later',
  EBUSY: 'Something else uses it',
  ETXTBSY: 'Something else uses it',
  EXDEV: 'It is on another file system: choose a name in the same folder',
  ESTALE: 'The file server has lost it: mount the file system again',
  ETIMEDOUT: 'The file server does not answer',
  EHOSTDOWN: 'The file server does not answer',
  ENOTCONN: 'Its file system is not connected: mount it again',
  ENODEV: 'Its device is gone: mount it again',
  ENXIO: 'Its device is gone: mount it again',
  ENOTSUP: 'Its file system cannot do this: choose a folder on another one',
  EOPNOTSUPP: 'Its file system cannot do this: choose a folder on another one',
  ENOSYS: 'Its file system cannot do this: choose a folder on another one',
  ENOLCK: 'Its file system gives no lock: choose a folder on another one',
};

/**
 * An error of the system in words for people, without a full stop. Undefined if `error` is not an error of the
 * system, or is a bug of the program. For example, `no space left on device (ENOSPC,
 * fsync /backups/board.db.partial). Make room on its disk (df -h; df -i where no inode is left)`.
 */
export function systemFailure(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const {
    code = '',
    errno,
    syscall,
    path,
    dest,
  } = error as NodeJS.ErrnoException & { dest?: string };
  const advice = Object.hasOwn(advices, code) ? advices[code] : undefined;
  if (typeof errno !== 'number' || advice === undefined) return undefined;
  const [, words = error.message] =
    /^[A-Z0-9]+: (.*?)(?:, \w+(?: '.*)?)?$/s.exec(error.message) ?? [];
  const call = [syscall, path, dest && `to ${dest}`].filter(Boolean).join(' ');
  return `${words} (${code}${call && `, ${call}`}). ${advice}`;
}
