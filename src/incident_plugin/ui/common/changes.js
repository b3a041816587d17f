// Changes of others as they happen: one stream of server-sent events for all windows of a browser.
//
// The window that holds a lock reads the stream and tells the others; when it closes, another one takes over. A
// shared worker would do the same, but its script needs a policy of trusted types that careful hosts do not give.
// Where the browser has no locks (plain HTTP), each window that can be seen has a stream of its own.

/** @typedef {import('./api.js').Bridge} Bridge */
/** @typedef {{project: number, revision: number | null}} ProjectChange `revision` is null when the project is gone */

/**
 * What somebody wants to hear of; each may be called for what they know already.
 * @typedef {object} Listeners
 * @property {(change: ProjectChange) => void} [project] one project changed, or its log got longer
 * @property {() => void} [properties] the incident properties are others
 * @property {() => void} [missed] anything may have changed: what is shown is to be read again
 * @property {(live: boolean) => void} [live] whether changes are heard of at once; while not, ask now and then
 */

/** @typedef {{kind: 'event', name: string, data: any, id: string} | {kind: 'state', live: boolean, id: string, mark: string} | {kind: 'hello'}} Message */

/** The server gives a sign of life every ten seconds. */
const SILENCE = 25_000;
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 30_000;

/** @type {Map<string, Feed>} */
const feeds = new Map();

/**
 * Hears of changes until the function that is given back is called.
 * @param {Bridge} bridge
 * @param {Listeners} listeners
 * @returns {() => void}
 */
export function followChanges(bridge, listeners) {
  const key = `incident.changes ${bridge.url('')} ${bridge.principal.id}`;
  const feed = feeds.get(key) ?? new Feed(bridge, key);
  feeds.set(key, feed);
  return feed.follow(listeners);
}

class Feed {
  #bridge;
  #key;
  /** @type {Set<Listeners>} */
  #followers = new Set();
  /** @type {BroadcastChannel | null} */
  #channel = null;
  /** Ends what runs for the followers. @type {AbortController | null} */
  #running = null;
  /** Ends the waiting for the lock, or what is done with it. */
  #turn = new AbortController();
  #leading = false;
  #live = false;
  /** The last change that was heard of. */
  #id = '';
  /** What the incident properties are recognised by. */
  #mark = '';
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #silence;

  /** @param {Bridge} bridge @param {string} key */
  constructor(bridge, key) {
    this.#bridge = bridge;
    this.#key = key;
  }

  /** @param {Listeners} listeners */
  follow(listeners) {
    this.#followers.add(listeners);
    if (!this.#running) this.#begin();
    listeners.live?.(this.#live);
    return () => {
      this.#followers.delete(listeners);
      // A change of tab takes one element away and brings another: the stream is worth a moment's wait.
      setTimeout(() => {
        if (this.#followers.size === 0) this.#end();
      }, 1_000);
    };
  }

  #begin() {
    const running = (this.#running = new AbortController());
    if (navigator.locks && 'BroadcastChannel' in globalThis) {
      this.#channel = new BroadcastChannel(this.#key);
      this.#channel.onmessage = ({ data }) => this.#hear(data);
      this.#channel.postMessage({ kind: 'hello' });
      this.#listenFor(SILENCE);
      void this.#queue(running.signal, false);
    } else {
      const seen = () => {
        if (!document.hidden && !this.#leading) void this.#lead(running.signal);
      };
      document.addEventListener('visibilitychange', seen, { signal: running.signal });
      seen();
    }
  }

  #end() {
    this.#running?.abort();
    this.#running = null;
    this.#channel?.close();
    this.#channel = null;
    clearTimeout(this.#silence);
    this.#live = false;
    this.#id = '';
  }

  /** Waits until it is this window's turn to read the stream. @param {AbortSignal} signal @param {boolean} steal from a window that is silent */
  async #queue(signal, steal) {
    this.#turn.abort();
    const turn = (this.#turn = new AbortController());
    signal.addEventListener('abort', () => turn.abort(), { signal: turn.signal });
    try {
      await navigator.locks.request(this.#key, steal ? { steal } : { signal: turn.signal }, () => this.#lead(turn.signal));
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      if (turn.signal.aborted) return;
      // Another window took the lock from this one, which had been silent; it waits for its turn again.
      turn.abort();
      this.#listenFor(SILENCE);
      await this.#queue(signal, false);
    }
  }

  /** @param {AbortSignal} signal */
  async #lead(signal) {
    this.#leading = true;
    clearTimeout(this.#silence);
    let pause = FIRST_PAUSE;
    while (!signal.aborted && (this.#channel || !document.hidden)) {
      const ended = await this.#read(signal);
      if (signal.aborted) break;
      if (ended === 'whole') {
        pause = FIRST_PAUSE;
        continue;
      }
      this.#tell({ kind: 'state', live: false, id: this.#id, mark: this.#mark });
      if (ended === 'broken') pause = FIRST_PAUSE;
      await new Promise((resolve) => setTimeout(resolve, pause * (0.5 + Math.random())));
      pause = Math.min(pause * 2, LONGEST_PAUSE);
    }
    this.#leading = false;
  }

  /** Reads one stream to its end. @param {AbortSignal} signal @returns {Promise<'whole' | 'broken' | 'refused'>} */
  async #read(signal) {
    const given = new AbortController();
    const stop = () => given.abort();
    signal.addEventListener('abort', stop);
    let silence = setTimeout(stop, SILENCE);
    let heard = false;
    try {
      const path = this.#id ? `events?after=${encodeURIComponent(this.#id)}` : 'events';
      const response = await this.#bridge.fetch(path, { signal: given.signal, headers: { Accept: 'text/event-stream' } });
      if (!response.ok || !response.body || !response.headers.get('content-type')?.startsWith('text/event-stream')) {
        await response.body?.cancel();
        return 'refused';
      }
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      let text = '';
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return heard ? 'whole' : 'broken';
        clearTimeout(silence);
        silence = setTimeout(stop, SILENCE);
        const blocks = (text + value).split('\n\n');
        text = blocks.pop() ?? '';
        for (const block of blocks) heard = this.#received(block) || heard;
      }
    } catch (error) {
      if (!(error instanceof DOMException || error instanceof TypeError)) throw error;
      return heard ? 'broken' : 'refused';
    } finally {
      clearTimeout(silence);
      signal.removeEventListener('abort', stop);
    }
  }

  /** One event of the stream. @param {string} block @returns {boolean} whether it was one */
  #received(block) {
    const fields = Object.fromEntries(block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]));
    if (!fields.event) return false;
    this.#tell({ kind: 'event', name: fields.event, data: JSON.parse(fields.data), id: fields.id });
    return true;
  }

  /** Lets this window and the others hear something. @param {Message} message */
  #tell(message) {
    this.#hear(message);
    this.#channel?.postMessage(message);
  }

  /** @param {Message} message */
  #hear(message) {
    if (message.kind === 'hello') {
      if (this.#leading) this.#channel?.postMessage({ kind: 'state', live: this.#live, id: this.#id, mark: this.#mark });
      return;
    }
    if (!this.#leading) this.#listenFor(SILENCE);
    this.#id = message.id;
    if (message.kind === 'state') {
      this.#mark = message.mark;
      this.#become(message.live);
      return;
    }
    this.#become(true);
    const { name, data } = message;
    if (name === 'project') this.#each((one) => one.project?.(data));
    else if (name === 'missed') this.#each((one) => one.missed?.());
    else if (name === 'properties') {
      const changed = this.#mark !== '' && this.#mark !== data.mark;
      this.#mark = data.mark;
      if (changed) this.#each((one) => one.properties?.());
    }
  }

  /** A window that reads the stream and is silent may be frozen: this one takes its place. @param {number} milliseconds */
  #listenFor(milliseconds) {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => {
      const signal = this.#running?.signal;
      if (!signal || this.#leading) return;
      this.#become(false);
      void this.#queue(signal, true);
    }, milliseconds);
  }

  /** @param {boolean} live */
  #become(live) {
    if (live === this.#live) return;
    this.#live = live;
    // What happened between the reading of what is shown and the beginning of the stream is not told.
    this.#each((one) => {
      one.live?.(live);
      if (live) one.missed?.();
    });
  }

  /** @param {(listeners: Listeners) => void} act */
  #each(act) {
    for (const listeners of [...this.#followers]) act(listeners);
  }
}
