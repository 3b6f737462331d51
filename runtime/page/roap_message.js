// @ts-check
// One ROAP message as the page writes and reads it (draft-jennings-rtcweb-signaling-01, with the roap.ims types).

/**
 * @typedef {object} RoapMessage
 * @property {string} messageType OFFER, ANSWER, OK, SHUTDOWN, ERROR, RINGING, WAITING, PRANSWER, OFFER_REQUEST, MESSAGE, INFO, REFER, NOTIFY or one we do not know
 * @property {string} [offererSessionId]
 * @property {string} [answererSessionId]
 * @property {number} seq 0 when absent or unreadable
 * @property {string} [sdp]
 * @property {number} [tieBreaker]
 * @property {boolean} [moreComing]
 * @property {string} [errorType] NOMATCH, TIMEOUT, REFUSED, CONFLICT, DOUBLECONFLICT, FAILED
 * @property {number} [status] SIP status, on ERROR
 * @property {string} [reason]
 * @property {string} [from]
 * @property {string} [to]
 * @property {string} [transactionId] of a request beside the offers, and of what answers it
 * @property {string} [content] of MESSAGE and INFO
 * @property {string} [contentType] absent: text/plain
 * @property {{type: string, signal: string, duration?: number}} [info] a key, of INFO; duration in ms
 * @property {string} [replaces] id of another session of ours, in a REFER
 * @property {string} [referToken] names the REFER that an OFFER carries out
 * @property {string} [setSessionToken]
 * @property {string} [setResponseToken]
 * @property {string} [sessionToken]
 * @property {string} [responseToken]
 */

const HIGHEST_SEQ = 0xffffffff;

/**
 * Reads what came over the WebSocket. Members of a wrong type are as good as absent.
 * @param {string} text
 * @returns {RoapMessage | undefined} undefined when it is no ROAP message at all
 */
export function readRoap(text) {
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null || typeof value.messageType !== "string") return undefined;
  /** @type {RoapMessage} */
  const message = { messageType: value.messageType, seq: readNumber(value.seq) ?? 0 };
  const texts = /** @type {const} */ ([
    "offererSessionId",
    "answererSessionId",
    "sdp",
    "errorType",
    "reason",
    "from",
    "to",
    "transactionId",
    "content",
    "contentType",
    "referToken",
    "setSessionToken",
    "setResponseToken",
  ]);
  for (const name of texts) {
    if (typeof value[name] === "string" && value[name] !== "") message[name] = value[name];
  }
  const tieBreaker = readNumber(value.tieBreaker);
  if (tieBreaker !== undefined) message.tieBreaker = tieBreaker;
  const status = readNumber(value.status);
  if (status !== undefined) message.status = status;
  if (value.moreComing === true) message.moreComing = true;
  const info = readInfo(value.info);
  if (info !== undefined) message.info = info;
  return message;
}

/** @returns {string} 128 random bits: an id nobody can guess */
export function randomId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @returns {number} 1…0xFFFFFFFE: 0 and 0xFFFFFFFF are reserved for always losing and always winning */
export function randomTieBreaker() {
  const word = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
  return word === 0 || word === HIGHEST_SEQ ? 1 : word;
}

/** @param {unknown} value */
function readInfo(value) {
  if (typeof value !== "object" || value === null || !("type" in value) || !("signal" in value)) {
    return undefined;
  }
  const { type, signal } = value;
  if (typeof type !== "string" || typeof signal !== "string") return undefined;
  const duration = "duration" in value ? readNumber(value.duration) : undefined;
  return { type, signal, ...(duration === undefined ? {} : { duration }) };
}

/**
 * @param {unknown} value
 * @returns {number | undefined} a uint32
 */
function readNumber(value) {
  const whole = typeof value === "number" && Number.isInteger(value);
  return whole && value >= 0 && value <= HIGHEST_SEQ ? value : undefined;
}
