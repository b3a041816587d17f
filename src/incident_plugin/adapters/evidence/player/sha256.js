'use strict';
// SHA-256 (FIPS 180-4) of bytes as they come: browsers offer it for whole buffers only, and videos are larger.
const Sha256 = (() => {
  const fraction = (/** @type {number} */ number) => ((number - Math.floor(number)) * 0x100000000) | 0;
  /** @type {number[]} */
  const primes = [];
  for (let n = 2; primes.length < 64; n += 1) if (primes.every((prime) => n % prime)) primes.push(n);
  const K = Int32Array.from(primes, (prime) => fraction(Math.cbrt(prime)));
  const START = Int32Array.from(primes.slice(0, 8), (prime) => fraction(Math.sqrt(prime)));

  return class {
    #state = START.slice();
    #words = new Int32Array(64);
    #rest = new Uint8Array(64);
    #filled = 0;
    #length = 0;

    /** @param {Uint8Array} bytes */
    update(bytes) {
      this.#length += bytes.length;
      let place = 0;
      if (this.#filled) {
        place = Math.min(64 - this.#filled, bytes.length);
        this.#rest.set(bytes.subarray(0, place), this.#filled);
        this.#filled += place;
        if (this.#filled < 64) return;
        this.#block(this.#rest, 0);
        this.#filled = 0;
      }
      for (; place + 64 <= bytes.length; place += 64) this.#block(bytes, place);
      this.#rest.set(bytes.subarray(place));
      this.#filled = bytes.length - place;
    }

    hex() {
      const length = this.#length;
      const padded = new Uint8Array(this.#filled < 56 ? 64 - this.#filled : 128 - this.#filled);
      padded[0] = 0x80;
      const end = new DataView(padded.buffer);
      end.setUint32(padded.length - 8, Math.floor(length / 0x20000000));
      end.setUint32(padded.length - 4, (length << 3) >>> 0);
      this.update(padded);
      return Array.from(this.#state, (word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
    }

    /** @param {Uint8Array} bytes @param {number} at */
    #block(bytes, at) {
      const w = this.#words;
      for (let i = 0; i < 16; i += 1, at += 4) w[i] = bytes[at] << 24 | bytes[at + 1] << 16 | bytes[at + 2] << 8 | bytes[at + 3];
      for (let i = 16; i < 64; i += 1) {
        const x = w[i - 15];
        const y = w[i - 2];
        const s0 = (x >>> 7 | x << 25) ^ (x >>> 18 | x << 14) ^ x >>> 3;
        const s1 = (y >>> 17 | y << 15) ^ (y >>> 19 | y << 13) ^ y >>> 10;
        w[i] = w[i - 16] + s0 + w[i - 7] + s1 | 0;
      }
      let [a, b, c, d, e, f, g, h] = this.#state;
      for (let i = 0; i < 64; i += 1) {
        const s1 = (e >>> 6 | e << 26) ^ (e >>> 11 | e << 21) ^ (e >>> 25 | e << 7);
        const t1 = h + s1 + (e & f ^ ~e & g) + K[i] + w[i] | 0;
        const s0 = (a >>> 2 | a << 30) ^ (a >>> 13 | a << 19) ^ (a >>> 22 | a << 10);
        const t2 = s0 + (a & b ^ a & c ^ b & c) | 0;
        h = g; g = f; f = e; e = d + t1 | 0; d = c; c = b; b = a; a = t1 + t2 | 0;
      }
      const state = this.#state;
      [a, b, c, d, e, f, g, h].forEach((value, i) => { state[i] = state[i] + value | 0; });
    }
  };
})();
