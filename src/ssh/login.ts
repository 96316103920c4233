import type {
  AuthContext,
  KeyboardAuthContext,
  PasswordAuthContext,
  PublicKeyAuthContext,
} from 'ssh2';
import { cleanLine } from '../protocol/clean.ts';
import { BoardError } from '../protocol/errors.ts';
import { Expected } from '../protocol/expected.ts';
import type { EndReason } from './endings.ts';
import type { SshLimits } from './limits.ts';
import type { Ssh2 } from './load.ts';
import { offeredKey } from './offered-key.ts';
import type { Look, ProvenKey, VouchedDoor } from './vouched-door.ts';

/** Who a connection belongs to. */
export interface SshIdentity {
  /** The user name that the SSH client sent. */
  readonly user: string;
  /** The SSH key whose signature was verified. */
  readonly key?: ProvenKey;
  /** The password that was right, or was set, during the login. */
  readonly password?: string;
}

export interface LoginOptions {
  readonly library: Ssh2;
  readonly door: VouchedDoor;
  readonly limits: Pick<SshLimits, 'authRequests' | 'freeProbes' | 'credentials'>;
  /** Called once, when the client is let in. */
  readonly letIn: (identity: SshIdentity) => void;
  /** Called when the connection has to be closed. @param sentence why, for the client, if it is not that of the reason */
  readonly giveUp: (reason: EndReason, sentence?: string) => void;
  /** Called with an error that is a bug. */
  readonly failed: (error: unknown) => void;
}

type Method = 'publickey' | 'keyboard-interactive' | 'password';

// The same list every time, so that it shows nothing about names and keys.
const methods: Method[] = ['publickey', 'keyboard-interactive', 'password'];

/** What a name asks for. */
type Need = 'nothing' | 'password' | 'new password';

/**
 * The authentication of one connection (RFC 4252), after docs/ssh.md, "Who is who". The identity comes only from the
 * request that ends it: a key counts when its own signature was verified on this connection, and a question whether a key is
 * welcome, which is a claim and no proof, is answered and forgotten.
 */
export class Login {
  private requests = 0;
  private probes = 0;
  /** The key of a signature that was right, while a password is still missing. */
  private proven: ProvenKey | undefined;
  private granting: SshIdentity | undefined;

  constructor(private readonly options: LoginOptions) {}

  /** Answers one request. */
  authenticate(context: AuthContext): void {
    try {
      this.answer(context);
    } catch (error) {
      this.failed(error);
    }
  }

  /** The library has let the client in. */
  ready(): void {
    const { granting } = this;
    if (granting) this.options.letIn(granting);
    else this.failed(new Error('let in without an identity'));
  }

  private answer(context: AuthContext): void {
    const { authRequests, freeProbes, credentials } = this.options.limits;
    if (Buffer.byteLength(context.username) > credentials) {
      this.options.giveUp('userName');
      return;
    }
    const isProbe = context.method === 'publickey' && !context.signature;
    if (isProbe && this.probes < freeProbes) this.probes++;
    else if (++this.requests > authRequests) {
      this.options.giveUp('requests');
      return;
    }
    switch (context.method) {
      case 'publickey':
        if (context.signature) this.run(this.signed(context));
        else this.probe(context);
        return;
      case 'keyboard-interactive':
        this.run(this.interactive(context));
        return;
      case 'password':
        this.run(this.password(context));
        return;
      default:
        context.reject(methods);
    }
  }

  private run(work: Promise<void>): void {
    work.catch((error) => this.failed(error));
  }

  private failed(error: unknown): void {
    const { giveUp, failed } = this.options;
    if (error instanceof Expected) {
      giveUp('refused', cleanLine(error.message));
      return;
    }
    failed(error);
    giveUp('failed');
  }

  /** Any key is welcome for any name, so that the answer says nothing about either. */
  private probe(context: PublicKeyAuthContext): void {
    if (!offeredKey(context)) {
      context.reject(methods);
      return;
    }
    // The library has replaced the name of the algorithm by the type of the key, and the answer has to repeat the name.
    if (context.hashAlgo) context.key.algo = `rsa-sha2-${context.hashAlgo.replace('sha', '')}`;
    context.accept();
  }

  private async signed(context: PublicKeyAuthContext): Promise<void> {
    const key = offeredKey(context);
    if (!key || !isSigned(context, this.options.library)) return context.reject(methods);
    const { username: user } = context;
    const found = await this.options.door.look({ user, fingerprint: key.fingerprint });
    if (found.owner !== null || found.claimed || needOf(found) === 'nothing') {
      return this.grant(context, { user, key });
    }
    // The password has to follow. A client with several keys goes on with the next one, which may be known.
    const isFirst = this.proven === undefined;
    this.proven ??= key;
    context.reject(methods, isFirst);
  }

  private async interactive(context: KeyboardAuthContext): Promise<void> {
    const { username: user } = context;
    const found = await this.options.door.look({ user });
    const need = needOf(found);
    if (need === 'nothing') return this.grant(context, this.identity(user));
    if (need === 'password') {
      const [password] = await ask(context, ['Password: ']);
      return this.check(context, user, password);
    }
    const [password, again] = await ask(
      context,
      ['New password: ', 'The same password again: '],
      `${cleanLine(user)} is a new name here. Choose a password for it.`,
    );
    if (password === undefined) return context.reject(methods);
    if (password === again) return this.check(context, user, password, true);
    await ask(context, [], 'The two passwords differ. Try again.');
    context.reject(methods);
  }

  private async password(context: PasswordAuthContext): Promise<void> {
    const { username: user, password } = context;
    // A request to change the password has an object here.
    if (typeof password !== 'string') return context.reject(methods);
    const need = needOf(await this.options.door.look({ user }));
    if (need === 'nothing') return this.grant(context, this.identity(user));
    // A new password is asked for twice, which only keyboard-interactive can do.
    if (need === 'new password') return context.reject(methods);
    await this.check(context, user, password);
  }

  /** @param create whether the password is a new one */
  private async check(
    context: KeyboardAuthContext | PasswordAuthContext,
    user: string,
    password: string | undefined,
    create = false,
  ): Promise<void> {
    const { credentials } = this.options.limits;
    if (password === undefined || Buffer.byteLength(password) > credentials) {
      return context.reject(methods);
    }
    const { proven: key } = this;
    try {
      await this.options.door.login({
        user,
        password,
        ...(create && { create, ...(key && { key }) }),
      });
    } catch (error) {
      if (!(error instanceof BoardError)) throw error;
      const isUsual = error.code === 'PASSWORD_WRONG';
      if (!isUsual && context.method === 'keyboard-interactive')
        await ask(context, [], error.message);
      return context.reject(methods);
    }
    this.grant(context, { ...this.identity(user), password });
  }

  private identity(user: string): SshIdentity {
    return { user, ...(this.proven && { key: this.proven }) };
  }

  private grant(context: AuthContext, identity: SshIdentity): void {
    // The library calls `ready` before `accept` returns, unless the client has begun another request meanwhile.
    this.granting = identity;
    try {
      context.accept();
    } finally {
      this.granting = undefined;
    }
  }
}

function needOf({ name, access }: Look): Need {
  if (name === 'unprotected') return 'nothing';
  if (name === 'protected' || access === 'closed') return 'password';
  if (access === 'open') return 'nothing';
  return name === 'free' ? 'new password' : 'password';
}

function isSigned(
  { key, blob, signature, hashAlgo }: PublicKeyAuthContext,
  library: Ssh2,
): boolean {
  const parsed = library.utils.parseKey(key.data);
  if (parsed instanceof Error || Array.isArray(parsed) || !blob || !signature) return false;
  if (parsed.type !== key.algo) return false;
  return parsed.verify(blob, signature, hashAlgo) === true;
}

/** @returns nothing if the client has begun another request in place of answering */
function ask(
  context: KeyboardAuthContext,
  questions: readonly string[],
  instructions = '',
): Promise<string[]> {
  const prompts = questions.map((prompt) => ({ prompt, echo: false }));
  return new Promise((resolve) => {
    context.prompt(prompts, '', instructions, (answers: unknown) => {
      const isWhole = Array.isArray(answers) && answers.length === questions.length;
      resolve(isWhole ? answers : []);
    });
  });
}
