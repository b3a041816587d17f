// A button pressed twice, or a key held down, does a thing once.

/** @type {Set<string>} */
const busy = new Set();

/**
 * Runs `work` unless one of the same name is still at it.
 * @template R
 * @param {string} name
 * @param {() => Promise<R>} work
 * @returns {Promise<R | undefined>}
 */
export async function once(name, work) {
  if (busy.has(name)) return undefined;
  busy.add(name);
  try {
    return await work();
  } finally {
    busy.delete(name);
  }
}
