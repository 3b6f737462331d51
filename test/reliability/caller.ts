// A browser that wants a call every few milliseconds and is told at once: there is nobody (404), or there is too much to do (503).

const EVERY = 25;

export interface Answer {
  readonly at: number;
  readonly status: number;
  /** Milliseconds until it came. */
  readonly delay: number;
}

export class Caller implements AsyncDisposable {
  readonly answers: Answer[] = [];
  readonly #socket: WebSocket;
  readonly #asked = new Map<string, number>();
  readonly #timer: ReturnType<typeof setInterval>;
  #serial = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.onmessage = ({ data }) => this.#answered(JSON.parse(data));
    this.#timer = setInterval(() => this.#ask(), EVERY);
  }

  /** @throws Error when the relay does not take the WebSocket */
  static async open(host: string): Promise<Caller> {
    const socket = new WebSocket(`ws://${host}/ws?user=caller`, "roap.ims");
    await new Promise<void>((resolve, reject) => {
      socket.onopen = () => resolve();
      socket.onerror = () => reject(new Error("The relay does not take a WebSocket"));
    });
    return new Caller(socket);
  }

  /** When the last call was refused for overload, 0 = none was. */
  get lastRefusal(): number {
    return this.answers.findLast(({ status }) => status === 503)?.at ?? 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    if (this.#socket.readyState === WebSocket.CLOSED) return;
    await new Promise((resolve) => {
      this.#socket.onclose = resolve;
      this.#socket.close();
    });
  }

  #ask(): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    const offererSessionId = `c${++this.#serial}`;
    this.#asked.set(offererSessionId, performance.now());
    const ids = { offererSessionId, seq: 1, tieBreaker: 1 };
    this.#socket.send(JSON.stringify({ messageType: "OFFER", ...ids, sdp: "v=0\r\n", to: "nobody" }));
  }

  #answered({ offererSessionId, status }: { offererSessionId: string; status: number }): void {
    const at = performance.now();
    this.answers.push({ at, status, delay: at - (this.#asked.get(offererSessionId) ?? at) });
    this.#asked.delete(offererSessionId);
  }
}
