// @ts-check
// Soft tones by WebAudio: a bell for whoever is called, the ring-back of a telephone for whoever calls.

/// <reference lib="dom" />

/**
 * Frequencies (Hz) sound together, from `at` for `lasts` seconds, once every `every` seconds.
 * @typedef {{frequencies: readonly number[], at: number, lasts: number}} Note
 * @typedef {{notes: readonly Note[], every: number, loudness: number}} Tune
 */

/** @type {Record<"bell" | "ringBack", Tune>} */
const TUNES = {
  bell: {
    notes: [
      { frequencies: [659.25, 1318.5], at: 0, lasts: 0.5 },
      { frequencies: [783.99, 1567.98], at: 0.22, lasts: 0.6 },
      { frequencies: [987.77, 1975.53], at: 0.44, lasts: 1.1 },
    ],
    every: 2.6,
    loudness: 0.07,
  },
  ringBack: { notes: [{ frequencies: [425], at: 0, lasts: 1 }], every: 4, loudness: 0.035 },
};

export class Tone {
  /** @type {AudioContext | undefined} */
  #context;
  /** @type {GainNode | undefined} */
  #gain;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;
  /** @type {"bell" | "ringBack" | undefined} */
  #playing;

  /** @param {"bell" | "ringBack" | undefined} name undefined: silence */
  play(name) {
    if (name === this.#playing) return;
    this.#playing = name;
    clearInterval(this.#timer);
    // Disconnecting silences notes that are scheduled already.
    this.#gain?.disconnect();
    if (name === undefined) return;
    const tune = TUNES[name];
    this.#context ??= new AudioContext();
    this.#gain = new GainNode(this.#context, { gain: tune.loudness });
    this.#gain.connect(this.#context.destination);
    this.#round(tune);
    this.#timer = setInterval(() => this.#round(tune), tune.every * 1000);
  }

  /** A gesture happened: browsers keep a page silent before the first one. */
  wake() {
    if (this.#context?.state === "suspended") this.#context.resume().catch(() => {});
  }

  /** @param {Tune} tune */
  #round(tune) {
    const context = this.#context;
    const gain = this.#gain;
    if (context === undefined || gain === undefined) return;
    this.wake();
    // While it is suspended its clock stands still and the rounds would pile up.
    if (context.state !== "running") return;
    for (const note of tune.notes) {
      const start = context.currentTime + note.at;
      const envelope = new GainNode(context, { gain: 0 });
      envelope.gain.setValueAtTime(0, start);
      envelope.gain.linearRampToValueAtTime(1, start + 0.02);
      envelope.gain.setValueAtTime(1, start + note.lasts * 0.3);
      envelope.gain.exponentialRampToValueAtTime(0.001, start + note.lasts);
      envelope.connect(gain);
      for (const frequency of note.frequencies) {
        const oscillator = new OscillatorNode(context, { frequency });
        oscillator.connect(envelope);
        oscillator.start(start);
        oscillator.stop(start + note.lasts);
      }
    }
  }
}
