// Talking to the gateway: the session, and requests that say clearly whether they arrived.

const TOKEN = "chat-token";
const PATIENCE = 20000;
const DAY = 86400000;

export class OfflineError extends Error {}

/** Local or session storage; where the browser denies it to a frame, memory, until the reload. */
const storage = (kind) => {
  try {
    return window[kind];
  } catch {
    const kept = new Map();
    return {
      getItem: (key) => kept.get(key) ?? null,
      setItem: (key, value) => kept.set(key, value),
      removeItem: (key) => kept.delete(key),
    };
  }
};
const tokens = storage("localStorage");
const unsent = storage("sessionStorage");

/** Requests in the name of this browser's session, which is made when it is first needed. */
export class Api {
  #session = null;
  #asked = 0; // when it was last asked for

  /** @param {boolean} embedded in a page of another site, where cookies do not reach */
  constructor(embedded) {
    this.embedded = embedded;
  }

  /** The gateway's answer to a request; `OfflineError` if there is none. */
  async call(method, path, body) {
    if (Date.now() - this.#asked > DAY) this.#session = null; // it is renewed, lest it ends
    this.#session ||= this.#start();
    try {
      await this.#session;
    } catch (error) {
      this.#session = null;
      throw error;
    }
    let answer = await this.#send(method, path, body);
    if (answer.status === 401) { // it is over; a new one, then
      this.#session = this.#start();
      await this.#session;
      answer = await this.#send(method, path, body);
    }
    if (answer.status >= 500 || answer.status === 401) throw new OfflineError(path);
    try {
      return await answer.json();
    } catch { // cut off, or somebody else's page
      throw new OfflineError(path);
    }
  }

  /** Forget the session; the next request makes a new one. */
  forget() {
    this.#session = null;
    tokens.removeItem(TOKEN);
  }

  async #start() {
    this.#asked = Date.now();
    const answer = await this.#send("POST", "session", { bearer: this.embedded });
    if (!answer.ok) throw new OfflineError("session");
    const { token } = await answer.json().catch(() => {
      throw new OfflineError("session");
    });
    if (token) tokens.setItem(TOKEN, token);
  }

  async #send(method, path, body) {
    const headers = { "content-type": "application/json" };
    const token = this.embedded && tokens.getItem(TOKEN);
    if (token) headers.authorization = `Bearer ${token}`;
    try {
      return await fetch(`/chat/${path}`, {
        method,
        headers,
        body: body && JSON.stringify(body),
        signal: AbortSignal.timeout(PATIENCE),
        cache: "no-store",
      });
    } catch {
      throw new OfflineError(path);
    }
  }
}

/** Messages on their way, kept over a reload; each is sent until it is answered, with one id. */
export class Outbox {
  #items = JSON.parse(unsent.getItem("chat-outbox") || "[]");

  get items() {
    return [...this.#items];
  }

  add(message) {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    const id = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    const item = { id, at: Date.now(), ...message };
    this.#keep([...this.#items, item]);
    return item;
  }

  /** The message before this one, while that is not answered. */
  before(id) {
    return this.#items[this.#items.findIndex((item) => item.id === id) - 1]?.id;
  }

  remove(id) {
    this.#keep(this.#items.filter((item) => item.id !== id));
  }

  /** It was read and awaits consent: it is not sent again before that. */
  read(id) {
    this.#keep(this.#items.map((item) => (item.id === id ? { ...item, read: true } : item)));
  }

  clear() {
    this.#keep([]);
  }

  #keep(items) {
    this.#items = items;
    unsent.setItem("chat-outbox", JSON.stringify(items));
  }
}
