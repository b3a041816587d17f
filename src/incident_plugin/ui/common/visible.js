// Work that is done only while somebody can see it.

/**
 * Runs `work` whenever the element comes into view, and then again each time the pause after it is over, until the
 * element is hidden. Never two at once.
 * @param {Element} element
 * @param {() => number} pause milliseconds, asked for after each run
 * @param {() => Promise<void>} work
 * @returns {{again: () => void, stop: () => void}} `again` runs it now; `stop` ends it for good
 */
export function whileVisible(element, pause, work) {
  let visible = false;
  let running = false;
  let wanted = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  async function run() {
    clearTimeout(timer);
    wanted = running;
    if (running || !visible || document.hidden) return;
    running = true;
    try {
      await work();
    } finally {
      running = false;
      if (visible) timer = setTimeout(run, wanted ? 0 : pause());
    }
  }

  const observer = new IntersectionObserver((entries) => {
    const seen = entries[entries.length - 1].isIntersecting;
    if (seen === visible) return;
    visible = seen;
    if (seen) document.addEventListener('visibilitychange', run);
    else document.removeEventListener('visibilitychange', run);
    void run();
  });
  observer.observe(element);
  return {
    again: () => void run(),
    stop() {
      visible = false;
      clearTimeout(timer);
      observer.disconnect();
      document.removeEventListener('visibilitychange', run);
    },
  };
}
