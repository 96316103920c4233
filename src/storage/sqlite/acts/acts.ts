import { block, unblock } from './blocks.ts';
import { closeThread, pin } from './curation.ts';
import { openDirect } from './direct.ts';
import { deleteMessage, editMessage } from './edit.ts';
import {
  changeGroup,
  createGroup,
  dropGroup,
  editGroup,
  hideGroup,
  makeGroup,
  renameGroup,
} from './groups.ts';
import { deleteGroup, removeHiddenStep } from './hidden-groups.ts';
import { invite, makeCode, revoke } from './invitations.ts';
import { addKey, addUserKey, claimKey, dropClaims, removeKey, removeUserKey } from './keys.ts';
import { markAllRead, markRead, restoreMarks } from './marks.ts';
import { join, leave } from './memberships.ts';
import { deleteMessages } from './messages.ts';
import { bar, removeMember, silence, unbar, unsilence } from './moderation.ts';
import { muteThread, muteUser, setNotify } from './mutes.ts';
import { banNetwork, unbanNetwork } from './network-bans.ts';
import { post } from './post.ts';
import { deleteGroupStep, purgeStep } from './removal.ts';
import { closeReports, report } from './reports.ts';
import { removeExpired } from './retention.ts';
import { setRole } from './roles.ts';
import { keepDraft, moveDraft, removeDraft, setScreenKeys } from './screens.ts';
import { indexMessages, rebuildSearchIndex } from './search-index.ts';
import { disconnect, login, loginKnown, logout, resume, setPassword } from './sessions.ts';
import { announcePurged } from './spans.ts';
import type { OperatorTx, ServerTx } from './transaction.ts';
import {
  announceOutsideChanges,
  keepUses,
  keepWallClock,
  removeEndedBans,
  removeUnused,
  returnSpace,
  touch,
} from './upkeep.ts';
import { deleteUser, settleMessages } from './user-deletion.ts';
import { banUser, changePassword, createUser, renameUser, unbanUser } from './users.ts';

/** Acts that a command of the operator can run in its own process, and that a server can run too. */
const operatorActs = {
  createGroup,
  editGroup,
  renameGroup,
  setRole,
  removeMember,
  bar,
  unbar,
  silence,
  unsilence,
  invite,
  makeCode,
  revoke,
  closeThread,
  pin,
  closeReports,
  deleteGroupStep,
  dropGroup,
  removeHiddenStep,
  deleteGroup,
  purgeStep,
  announcePurged,
  deleteMessages,
  createUser,
  changePassword,
  renameUser,
  banUser,
  unbanUser,
  addUserKey,
  removeUserKey,
  settleMessages,
  deleteUser,
  banNetwork,
  unbanNetwork,
  rebuildSearchIndex,
  indexMessages,
  returnSpace,
  touch,
} satisfies Record<string, (tx: OperatorTx, args: never) => unknown>;

/** Every act that changes the board, by its name. */
const acts = {
  ...operatorActs,
  makeGroup,
  changeGroup,
  hideGroup,
  report,
  post,
  editMessage,
  deleteMessage,
  join,
  leave,
  setNotify,
  muteThread,
  muteUser,
  markRead,
  markAllRead,
  restoreMarks,
  openDirect,
  block,
  unblock,
  login,
  loginKnown,
  resume,
  logout,
  disconnect,
  setPassword,
  addKey,
  claimKey,
  dropClaims,
  removeKey,
  keepDraft,
  moveDraft,
  removeDraft,
  setScreenKeys,
  removeExpired,
  removeUnused,
  removeEndedBans,
  announceOutsideChanges,
  keepUses,
  keepWallClock,
} satisfies Record<string, (tx: ServerTx, args: never) => unknown>;

type Acts = typeof acts;
export type ActName = keyof Acts;
export type OperatorActName = keyof typeof operatorActs;
export type ArgumentsOf<N extends ActName> = Parameters<Acts[N]>[1];
export type ResultOf<N extends ActName> = ReturnType<Acts[N]>;

/**
 * An act with its arguments: plain data, such as `{ act: 'leave', args: { actor, group: { id: 1 } } }`, that can be
 * sent to the thread where the database is.
 */
export interface Call<N extends ActName = ActName> {
  readonly act: N;
  readonly args: ArgumentsOf<N>;
}

export function isPost(call: Call): call is Call<'post'> {
  return call.act === 'post';
}

/** How many writes a call is: a call of `post` has one for each message. */
export function writesOf(call: Call): number {
  return isPost(call) ? call.args.messages.subjects.length : 1;
}

/** Whether a call needs a transaction of its own, in which SQLite does not check foreign keys. */
export function runsWithoutForeignKeys({ act }: Call): boolean {
  return act === 'deleteUser' || act === 'deleteGroup';
}

/** Runs a call in a transaction. @throws BoardError before anything was changed; other errors at any time */
export function perform<N extends OperatorActName>(tx: OperatorTx, call: Call<N>): ResultOf<N>;
export function perform<N extends ActName>(tx: ServerTx, call: Call<N>): ResultOf<N>;
export function perform(tx: OperatorTx, { act, args }: Call): unknown {
  return (acts[act] as (tx: OperatorTx, args: unknown) => unknown)(tx, args);
}
