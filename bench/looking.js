// What a person sees, measured in the page: when a picture is there, and which one it is by its time strip.

globalThis.looking = (() => {
  const BLOCKS = 64;
  const canvas = new OffscreenCanvas(1, 1);
  const context = canvas.getContext('2d', { willReadFrequently: true });

  /** The video of a view item, from 1; the element exists from when a camera was chosen. */
  function video(item, tag) {
    return document.querySelector(`host-view-item[aria-label^="View item ${item}:"] ${tag}`)?.shadowRoot.querySelector('video');
  }

  /** Milliseconds since 1970 as the picture's lowest line says; NaN where no strip is to be seen. */
  function strip(shown) {
    const { videoWidth: width, videoHeight: height } = shown;
    if (!width) return NaN;
    canvas.width = width;
    canvas.height = 1;
    context.drawImage(shown, 0, height - Math.round(height / 90), width, 1, 0, 0, width, 1);
    const { data } = context.getImageData(0, 0, width, 1);
    const levels = Array.from({ length: BLOCKS }, (_, i) => data[4 * Math.floor((i + 0.5) * width / BLOCKS) + 1]);
    if (levels[0] - levels[1] < 40) return NaN;
    const middle = (levels[0] + levels[1]) / 2;
    return levels.slice(6, 48).reduce((value, level) => 2 * value + (level > middle ? 1 : 0), 0);
  }

  /** Milliseconds from the next click to the first live picture in a view item. */
  function firstPicture(item) {
    return new Promise((resolve) => {
      addEventListener('click', () => {
        const began = performance.now();
        const look = () => {
          const shown = video(item, 'incident-live');
          if (!shown) requestAnimationFrame(look);
          else shown.requestVideoFrameCallback((_, { presentationTime }) => resolve(presentationTime - began));
        };
        look();
      }, { capture: true, once: true });
    });
  }

  /** How old each of so many live pictures is when it is shown, in milliseconds. */
  async function ages(item, count) {
    const shown = video(item, 'incident-live');
    const found = [];
    while (found.length < count) {
      const at = await new Promise((resolve) => {
        shown.requestVideoFrameCallback((_, { presentationTime }) => resolve(performance.timeOrigin + presentationTime));
      });
      const taken = strip(shown);
      if (!Number.isNaN(taken)) found.push(at - taken);
    }
    return found;
  }

  /** Milliseconds from the next press, or release, until every view item shows the very picture of the playhead. */
  function exactPictures(items, frame, from = 'pointerdown') {
    return new Promise((resolve) => {
      addEventListener(from, () => {
        const began = performance.now();
        const look = () => {
          const exact = items.every((item) => {
            const shown = video(item, 'incident-playback');
            const { now } = shown.getRootNode().host.vms.clock;
            const taken = strip(shown);
            // The player rounds to whole milliseconds, as the strip does.
            return taken <= now + 1 && now - taken < frame + 1;
          });
          if (exact) resolve(performance.now() - began);
          else requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
      }, { capture: true, once: true });
    });
  }

  /** How many pictures, exact or small ones to search by, a view item shows between the next press and its release. */
  function picturesWhileHeld(item) {
    return new Promise((resolve) => {
      addEventListener('pointerdown', () => {
        const found = new Set();
        let held = true;
        const look = () => {
          const shown = video(item, 'incident-playback');
          const { host } = shown.getRootNode();
          const glimpse = host.shadowRoot.querySelector('img.glimpse:not([hidden])');
          if (host.showing === 'picture') found.add(strip(shown));
          else if (glimpse?.complete) found.add(glimpse.src);
          if (held) requestAnimationFrame(look);
          else resolve(found.size);
        };
        addEventListener('pointerup', () => { held = false; }, { capture: true, once: true });
        look();
      }, { capture: true, once: true });
    });
  }

  return { picturesWhileHeld, ages, exactPictures, firstPicture, strip, video };
})();
