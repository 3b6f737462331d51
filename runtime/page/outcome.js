// @ts-check
// Why a call was refused or ended, in a sentence that a person understands.

/** What a SIP status means for the caller; `NAME` is whom they called. */
/** @type {ReadonlyMap<number, string>} */
const BY_STATUS = new Map([
  [400, "The relay or NAME’s side could not read the call request."],
  [401, "Calling NAME needs a log-in that this page does not have."],
  [403, "Calling NAME is not allowed."],
  [404, "There is nobody called NAME here. Is the name right, and has NAME logged in?"],
  [405, "NAME’s side does not take calls."],
  [407, "Calling NAME needs a log-in that this page does not have."],
  [408, "NAME did not answer in time."],
  [410, "NAME is not at this address any more."],
  [413, "The call request was too big for NAME’s side."],
  [414, "The address is too long."],
  [415, "NAME’s side does not understand the sound that was offered."],
  [416, "The relay cannot call an address of this kind. Use a name, sip:… or tel:…."],
  [420, "NAME’s side asks for something that this relay does not speak."],
  [480, "NAME cannot be reached at the moment."],
  [481, "The call does not exist any more."],
  [482, "The call went round in a circle and came back."],
  [483, "The call was passed on too many times and never reached NAME."],
  [484, "The address is not complete."],
  [485, "The address means more than one person."],
  [486, "NAME is busy in another call."],
  [487, "The call was cancelled."],
  [488, "NAME’s side cannot use the sound that was offered. A plain SIP phone does not speak WebRTC."],
  [491, "Both sides wanted to change the call in the same moment."],
  [500, "Something went wrong inside NAME’s side or the relay."],
  [501, "NAME’s side does not know what a call is."],
  [502, "A server on the way to NAME gave a wrong answer."],
  [503, "The relay, or the way to NAME, is out of service or overloaded. Try again in a while."],
  [504, "A server on the way to NAME did not answer in time."],
  [513, "The call request was too big for NAME’s side."],
  [600, "NAME is busy everywhere."],
  [603, "NAME declined the call."],
  [604, "NAME does not exist anywhere."],
  [606, "NAME’s side cannot use the sound that was offered."],
]);

/** @type {Readonly<Record<string, string>>} */
const BY_TYPE = {
  NOMATCH: "The relay does not know this call any more.",
  TIMEOUT: "NAME did not answer in time.",
  REFUSED: "NAME declined the call.",
  CONFLICT: "Both sides wanted to change the call in the same moment.",
  DOUBLECONFLICT: "Both sides wanted to change the call in the same moment.",
  FAILED: "The call failed.",
};

/**
 * @param {{errorType?: string, status?: number, reason?: string}} error
 * @param {string} name whom it was about
 * @returns {string} the sentence, then the peer's own words and the number for whoever looks closer
 */
export function explain(error, name) {
  const status = error.status ?? 0;
  const sentence = BY_STATUS.get(status) ?? byClass(status) ?? BY_TYPE[error.errorType ?? ""] ??
    "The call failed.";
  // The replacement is a function, or a `$&` in a name would be expanded.
  return sentence.replaceAll("NAME", () => name) + words(error);
}

/**
 * The peer's own words and the number, to stand behind a sentence.
 * @param {{errorType?: string, status?: number, reason?: string}} error
 * @returns {string} " (486 Busy Here)", or "" where there are none
 */
export function words({ errorType = "", status = 0, reason = "" }) {
  const found = [status === 0 ? errorType : String(status), reason].filter((word) => word !== "");
  return found.length === 0 ? "" : ` (${found.join(" ")})`;
}

/**
 * @param {number} seconds
 * @returns {string} 0:07, 12:34, 1:02:03
 */
export function duration(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const pad = (/** @type {number} */ value) => String(value).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours === 0 ? `${minutes}:${pad(whole % 60)}` : `${hours}:${pad(minutes)}:${pad(whole % 60)}`;
}

/** @param {number} status */
function byClass(status) {
  if (status >= 300 && status < 400) {
    return "NAME has moved to another address, and the relay does not follow.";
  }
  if (status >= 400 && status < 500) return "NAME’s side refused the call.";
  if (status >= 500 && status < 600) return "A server on the way to NAME failed.";
  if (status >= 600 && status < 700) return "NAME cannot take the call anywhere.";
  return undefined;
}
