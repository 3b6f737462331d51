// @ts-check
// The sound of one call: microphone, RTCPeerConnection and the session descriptions it makes and takes.
// Candidates travel inside the descriptions, so each is held back until gathering is done, or long enough.

/// <reference lib="dom" />

const GATHER_MS = 500;

export class Media {
  /** Plays the other side. */
  #audio = new Audio();
  #connection = new RTCPeerConnection();
  /** @type {MediaStream | undefined} */
  #microphone;
  #muted = false;
  #isBehind = false;
  #isHeld = false;
  #closed = false;
  /** @type {string | undefined} The fork whose provisional answer is applied. */
  #fork;

  constructor() {
    /** The way of the sound. @type {(state: "connected" | "disconnected" | "failed") => void} */
    this.onState = () => {};
    this.#watch();
  }

  /**
   * Asks for the microphone.
   * @returns {Promise<string>} "" or why there is none: the call can go on, listening only
   */
  async listen() {
    if (navigator.mediaDevices === undefined) {
      return "The browser gives the microphone to https:// and localhost pages only, so you can listen but not speak.";
    }
    try {
      const stream = await navigator.mediaDevices.getUserMedia({
        audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
      });
      if (this.#closed) {
        stop(stream);
        return "";
      }
      this.#microphone = stream;
      return "";
    } catch (error) {
      return microphoneProblem(error);
    }
  }

  /** @returns {Promise<string>} the description of an OFFER that opens a call */
  async offer() {
    const track = this.#microphone?.getAudioTracks()[0];
    if (track === undefined) this.#connection.addTransceiver("audio", { direction: "recvonly" });
    else this.#addTrack(track);
    await this.#connection.setLocalDescription(await this.#connection.createOffer());
    return await this.#gathered();
  }

  /** @returns {Promise<string>} the description of an OFFER that changes nothing */
  async again() {
    await this.#connection.setLocalDescription(await this.#connection.createOffer());
    return await this.#gathered();
  }

  /** @returns {Promise<string>} the description of an OFFER that looks for a new way for the sound */
  async restart() {
    await this.#connection.setLocalDescription(await this.#connection.createOffer({ iceRestart: true }));
    return await this.#gathered();
  }

  /** Takes back an offer of ours that was refused. */
  async rollBack() {
    if (this.#connection.signalingState !== "have-local-offer") return;
    await this.#connection.setLocalDescription({ type: "rollback" });
  }

  /**
   * A provisional answer. Only one fork's can be heard: the first that has one.
   * @param {string} fork
   * @param {string} sdp
   */
  async progress(fork, sdp) {
    this.#fork ??= fork;
    if (this.#fork !== fork) return;
    await this.#connection.setRemoteDescription({ type: "pranswer", sdp });
  }

  /** @param {string} sdp the final answer to our offer */
  async answered(sdp) {
    await this.#connection.setRemoteDescription({ type: "answer", sdp });
  }

  /**
   * @param {string} sdp their offer, the first or a later one
   * @returns {Promise<boolean>} whether it is somebody else's than before
   */
  async offered(sdp) {
    const before = this.#connection.remoteDescription?.sdp;
    const isNewcomer = before !== undefined && fingerprint(before) !== fingerprint(sdp);
    // The old connection would look for the old one for seconds.
    if (isNewcomer) this.#connectAnew();
    await this.#connection.setRemoteDescription({ type: "offer", sdp });
    return isNewcomer;
  }

  /** @returns {Promise<string>} the description of our ANSWER to what was offered */
  async answer() {
    const track = this.#microphone?.getAudioTracks()[0];
    const sending = this.#connection.getSenders().some((sender) => sender.track !== null);
    if (track !== undefined && !sending) this.#addTrack(track);
    this.#direct();
    await this.#connection.setLocalDescription(await this.#connection.createAnswer());
    return await this.#gathered();
  }

  /** How loud the other side is at this moment: 0 silence, 1 as loud as it can be. */
  get level() {
    const [receiver] = this.#closed ? [] : this.#connection.getReceivers();
    return receiver?.getSynchronizationSources()[0]?.audioLevel ?? 0;
  }

  /** Whether sound can flow now. */
  get connected() {
    return this.#connection.connectionState === "connected";
  }

  get muted() {
    return this.#muted;
  }

  /** @param {boolean} muted */
  mute(muted) {
    this.#muted = muted;
    this.#apply();
  }

  /** Another call is in front of this one: nobody hears the other. @param {boolean} isBehind */
  background(isBehind) {
    this.#isBehind = isBehind;
    this.#apply();
  }

  /** What descriptions of ours say from now on: the other side is held, or is not. @param {boolean} isHeld */
  hold(isHeld) {
    this.#isHeld = isHeld;
    this.#direct();
  }

  close() {
    if (this.#closed) return;
    this.#closed = true;
    this.onState = () => {};
    if (this.#microphone !== undefined) stop(this.#microphone);
    this.#connection.close();
    this.#audio.srcObject = null;
  }

  #watch() {
    const connection = this.#connection;
    connection.ontrack = (event) => {
      this.#audio.srcObject = event.streams[0] ?? new MediaStream([event.track]);
      // Without a gesture on the page the browser may refuse; a later one starts it.
      const play = () => this.#audio.play();
      play().catch(() => addEventListener("pointerdown", () => play().catch(() => {}), { once: true }));
    };
    connection.onconnectionstatechange = () => {
      const state = connection.connectionState;
      if (state === "connected" || state === "disconnected" || state === "failed") this.onState(state);
    };
  }

  #connectAnew() {
    const old = this.#connection;
    old.ontrack = old.onconnectionstatechange = null;
    old.close();
    this.#connection = new RTCPeerConnection();
    this.#watch();
  }

  #apply() {
    for (const track of this.#microphone?.getAudioTracks() ?? []) {
      track.enabled = !this.#muted && !this.#isBehind;
    }
    this.#audio.muted = this.#isBehind;
  }

  #direct() {
    for (const transceiver of this.#connection.getTransceivers()) {
      if (transceiver.direction === "stopped") continue;
      const sends = transceiver.sender.track !== null;
      transceiver.direction = this.#isHeld
        ? sends ? "sendonly" : "inactive"
        : sends
        ? "sendrecv"
        : "recvonly";
    }
  }

  /** @param {MediaStreamTrack} track */
  #addTrack(track) {
    this.#apply();
    this.#connection.addTrack(track, /** @type {MediaStream} */ (this.#microphone));
  }

  /** @returns {Promise<string>} */
  async #gathered() {
    const connection = this.#connection;
    await new Promise((resolve) => {
      if (connection.iceGatheringState === "complete") return resolve(undefined);
      const timer = setTimeout(resolve, GATHER_MS);
      connection.addEventListener("icegatheringstatechange", () => {
        if (connection.iceGatheringState !== "complete") return;
        clearTimeout(timer);
        resolve(undefined);
      });
    });
    const sdp = connection.localDescription?.sdp;
    if (!sdp) throw new Error("The call ended while its offer was being made");
    return sdp;
  }
}

/** @param {string} sdp @returns {string | undefined} of the certificate that the other end has: another one, another end */
function fingerprint(sdp) {
  return /^a=fingerprint:(.*)$/m.exec(sdp)?.[1];
}

/** @param {MediaStream} stream */
function stop(stream) {
  for (const track of stream.getTracks()) track.stop();
}

/** @param {unknown} error @returns {string} */
function microphoneProblem(error) {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError") {
    return "The browser was not allowed to use the microphone, so you can listen but not speak. Allow it beside the address bar.";
  }
  if (name === "NotFoundError") return "No microphone was found, so you can listen but not speak.";
  return "The microphone could not be opened (another program may hold it), so you can listen but not speak.";
}
