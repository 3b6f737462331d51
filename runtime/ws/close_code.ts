// Why a WebSocket ends: RFC 6455 section 7.4, and the IANA registry for 1012 to 1014.

export const CLOSE_NORMAL = 1000;
export const CLOSE_GOING_AWAY = 1001;
export const CLOSE_PROTOCOL_ERROR = 1002;
export const CLOSE_UNSUPPORTED_DATA = 1003;
export const CLOSE_INVALID_DATA = 1007;
export const CLOSE_POLICY = 1008;
export const CLOSE_TOO_BIG = 1009;
export const CLOSE_INTERNAL_ERROR = 1011;
export const CLOSE_TRY_AGAIN_LATER = 1013;
/** Of the range that is everybody's own, after HTTP's 401. */
export const CLOSE_LOGIN_OVER = 4401;

/** Whether a peer may say this one: 1004 to 1006 and 1015 are never sent, and what is below 3000 and not known is nobody's. */
export function isCloseCode(code: number): boolean {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}
