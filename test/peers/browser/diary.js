// @ts-check
// What a phone's page tells the test: one line an event, in the order in which they happened.

/** @type {string[]} */
const lines = [];

/** @param {string} line */
export function tell(line) {
  lines.push(line);
}

/** What went wrong where nobody waits for it, so that the test reads why it waits in vain. @param {unknown} error */
export function complain(error) {
  tell(`fault ${error instanceof Error ? error.stack : String(error)}`);
}

/** The calls of a phone, numbered from 0 in the order in which they began. @template Call */
export class Calls {
  /** @type {Call[]} */
  all = [];

  /** @param {Call} call @returns {number} its number */
  add(call) {
    return this.all.push(call) - 1;
  }

  /** @param {Call} call */
  numberOf(call) {
    return this.all.indexOf(call);
  }

  /** @param {number} [number] the newest unless said otherwise @returns {Call} */
  at(number = -1) {
    const call = this.all.at(number);
    if (call === undefined) throw new Error(`There is no call ${number}`);
    return call;
  }
}

/** The other end's sound comes out: what nobody plays is not even decoded. @param {RTCPeerConnection} connection */
export function play(connection) {
  const audio = new Audio();
  audio.srcObject = new MediaStream(connection.getReceivers().map(({ track }) => track));
  audio.play().catch(complain);
}

/**
 * Gives the page to the test.
 * @param {object} phone
 */
export function present(phone) {
  Object.assign(globalThis, { phone, diary: lines });
  globalThis.addEventListener("error", ({ message }) => complain(message));
  globalThis.addEventListener("unhandledrejection", ({ reason }) => complain(reason));
}
