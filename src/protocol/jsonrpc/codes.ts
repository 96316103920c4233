import type { ErrorCode } from '../errors.ts';

/**
 * The number under which JSON-RPC sends each error. Numbers below -32000 are those of JSON-RPC 2.0
 * (section 5.1 of its specification). The board's own are positive, because JSON-RPC reserves the
 * range around -32000. Programs should use the word in `data.code`: several errors may share a number.
 */
export const rpcCodes: Readonly<Record<ErrorCode, number>> = {
  PARSE_ERROR: -32700,
  NOT_UTF8: -32700,
  LINE_TOO_LONG: -32700,
  INVALID_REQUEST: -32600,
  METHOD_NOT_FOUND: -32601,
  INVALID_PARAMS: -32602,
  INTERNAL_ERROR: -32603,
  NOT_LOGGED_IN: 100,
  ALREADY_LOGGED_IN: 101,
  NAME_INVALID: 102,
  NAME_IN_USE: 103,
  PASSWORD_REQUIRED: 105,
  PASSWORD_WRONG: 106,
  PASSWORD_INVALID: 107,
  REGISTRATION_REQUIRED: 108,
  BANNED: 109,
  TOKEN_INVALID: 110,
  RATE_LIMITED: 111,
  SESSION_ENDED: 113,
  NAME_TOO_SIMILAR: 114,
  USER_EXISTS: 112,
  USER_NOT_FOUND: 104,
  GROUP_NOT_FOUND: 200,
  GROUP_EXISTS: 201,
  GROUP_PROTECTED: 202,
  ALREADY_MEMBER: 203,
  NOT_MEMBER: 204,
  MESSAGE_NOT_FOUND: 300,
  SUBJECT_INVALID: 301,
  TOO_LONG: 302,
  KEY_REUSED: 303,
  STORAGE_FAILED: 400,
  SHUTTING_DOWN: 401,
  CONNECTION_ENDED: 407,
  TOO_SLOW: 402,
  LOGIN_TIMEOUT: 405,
  TOO_MANY_CONNECTIONS: 406,
  TLS_REQUIRED: 404,
  PROXY_REFUSED: 408,
  NOT_A_WEB_SERVER: 403,
};
