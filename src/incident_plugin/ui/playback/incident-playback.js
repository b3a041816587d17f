// Fills a view item with a camera's recorded video at the time of the page's clock.

import { Problem } from '../common/api.js';
import { Contributed } from '../common/contributed.js';
import { h } from '../common/dom.js';
import { tellClock } from '../common/recorder-clock.js';
import { time } from '../common/time.js';
import { strings } from '../locales/en.js';
import { Unplayable, VideoBuffer } from './buffer.js';
import { follow } from './follow.js';
import { Glimpse } from './glimpse.js';
import { hearing } from './hearing.js';
import { Source } from './source.js';
import { join, leave, skipGap, viewsOf } from './stage.js';
import { playbackSheet } from './style.js';

/** @typedef {import('../common/contributed.js').Context} Context */
/** @typedef {import('./source.js').Span} Span */
/**
 * `gap`: nothing is recorded there; `edge`: the recorder has not come there yet.
 * `outside`: what is shown beside others has begun later, or is over.
 * @typedef {'picture' | 'loading' | 'gap' | 'edge' | 'failed' | 'outside'} Showing
 */

const BEAT = 100;
const HOUR = 3_600_000;
/** Faster than this only key pictures are played: recorders cannot give all of them in time, nor eyes tell. */
const FASTEST_WHOLE = 4;
/** Milliseconds around what cannot be decoded within which it is not tried again. */
const BROKEN = 10_000;
/** Milliseconds for which the last picture stands at the end of what is shown. */
const EDGE_OF_LIMITS = 500;
/** Milliseconds before now within which a missing picture may still come. */
const EDGE = 20_000;

export class IncidentPlayback extends Contributed {
  /** Set before the element is attached: nothing outside is shown or asked for. @type {Span | undefined} */
  limits;
  /** @type {Source | undefined} */
  #source;
  /** @type {VideoBuffer | undefined} */
  #buffer;
  #camera = '';
  /** The clock's last time, and when it was seen first, by `performance.now()`. */
  #seen = { at: 0, since: 0 };
  #holding = false;
  /** @type {number | undefined} */
  #brokenAt;
  /** For which times the cover's way out of a gap holds, and where recording begins again. */
  #gap = { from: 0, to: 0, next: /** @type {number | undefined} */ (undefined) };
  /** @type {{hour: number, spans: Span[] | undefined, at: number}} */
  #recorded = { hour: NaN, spans: undefined, at: 0 };
  #glimpse = new Glimpse();
  #endClock = () => {};
  /** What the cover says, so that it is made anew only when that changes. */
  #said = '';

  constructor() {
    super();
    this.root.adoptedStyleSheets.push(playbackSheet);
    this.video = h('video', { muted: true, playsInline: true, disablePictureInPicture: true, tabIndex: -1 });
    this.cover = h('div', { class: 'cover', role: 'status' });
    this.badge = h('span', { hidden: true });
    this.clockBadge = h('span', { hidden: true });
    this.endBadge = h('span', { role: 'status', hidden: true });
    this.root.append(this.video, h('div', { class: 'badges small' }, this.endBadge, this.clockBadge, this.badge), this.cover, this.#glimpse.element);
  }

  /** @override @param {Context} context */
  attached({ clock }) {
    const sync = () => this.#sync();
    const timer = setInterval(sync, BEAT);
    this.until(() => clearInterval(timer));
    this.listen(clock, 'change', sync);
    this.listen(this.video, 'seeked', sync);
    this.listen(hearing, 'change', sync);
    join(clock, this);
    this.until(() => {
      leave(clock, this);
      this.#close();
      this.#hold(clock, false);
    });
  }

  /** @override @param {Context} context */
  changed({ bridge, camera }) {
    if (camera?.id !== this.#camera) {
      this.#close();
      this.#camera = camera?.id ?? '';
    }
    if (camera && !this.#source) {
      this.#source = new Source(bridge, camera.id, this.limits);
      this.#endClock = tellClock(bridge, camera.id, this.clockBadge);
    }
    this.video.setAttribute('aria-label', camera?.name ?? '');
    this.#sync();
  }

  /** What the view item shows now. */
  get showing() {
    return /** @type {Showing} */ (this.dataset.showing ?? 'loading');
  }

  /** Seconds by which the picture is ahead of the clock; nothing when no picture is shown. */
  get drift() {
    const clock = this.vms?.clock;
    if (!clock || !this.#buffer || this.showing !== 'picture') return undefined;
    return this.video.currentTime - this.#buffer.toMedia(clock.now);
  }

  /** Whether there is sound to hear. */
  get hasSound() {
    return this.dataset.sound === 'true';
  }

  /** In a gap: where recording begins again, infinity when nowhere. Nothing while there may be pictures. */
  get recordedAgain() {
    if (this.showing === 'edge' || this.showing === 'outside') return Infinity;
    return this.showing === 'gap' ? this.#gap.next : undefined;
  }

  /**
   * When the picture was taken that is shown at an instant; the instant itself where that is not known.
   * @param {number} at
   */
  pictureAt(at) {
    return this.#buffer?.beside(at, 0)?.at ?? at;
  }

  /**
   * The instant of the picture before or after the one shown at an instant, where that is known.
   * @param {number} at
   * @param {1 | -1} direction
   */
  beside(at, direction) {
    return this.#buffer?.beside(at, direction)?.at;
  }

  #close() {
    this.#endClock();
    this.#buffer?.close();
    this.#buffer = undefined;
    this.#source = undefined;
    this.dataset.sound = 'false';
    this.#glimpse.clear();
    this.#camera = '';
    this.#recorded = { hour: NaN, spans: undefined, at: 0 };
  }

  #sync() {
    const source = this.#source;
    const clock = this.vms?.clock;
    if (!source || !clock || !this.isConnected) return;
    const at = this.#within(clock.now);
    const rate = clock.paused ? 0 : clock.rate;
    const buffer = this.#bufferFor(source, at, { intra: rate > FASTEST_WHOLE, sound: this.#isHeard(clock.rate) });
    buffer.want(at);
    this.#ask(source, at);
    const showing = this.#judge(buffer, source, at);
    // Another view item may hold the clock: then it stands although it is not paused.
    if (at !== this.#seen.at) this.#seen = { at, since: performance.now() };
    const moving = performance.now() - this.#seen.since < 2 * BEAT;
    if (showing === 'picture') follow(this.video, buffer.toMedia(at), moving ? rate : 0);
    else if (!this.video.paused) this.video.pause();
    this.#show(showing, buffer, source, at);
    this.#tellEnd(showing === 'picture' ? buffer.endAfter(at) : undefined);
    if (this.#glimpse.moved(at) && showing === 'loading') void this.#glimpse.look(source);
    else if (showing !== 'loading') this.#glimpse.clear();
    this.#hold(clock, showing === 'loading' && !clock.paused);
    this.video.muted = !this.#isHeard(clock.rate);
    this.video.volume = hearing.volume;
    if (showing === 'gap') skipGap(clock);
  }

  /**
   * Asks once for each wait: a clock that went on without us is not stopped again.
   * @param {import('../common/contributed.js').Context['clock']} clock
   * @param {boolean} held
   */
  #hold(clock, held) {
    if (held === this.#holding) return;
    this.#holding = held;
    clock.hold(this, held);
  }

  /** The end is no picture's time any more: the last picture stands there. @param {number} at */
  #within(at) {
    return this.limits && at >= this.limits.end && at < this.limits.end + EDGE_OF_LIMITS ? this.limits.end - 1 : at;
  }

  /**
   * Sound is that of the selected camera, at a speed at which it can be understood.
   * @param {number} rate
   */
  #isHeard(rate) {
    const selected = this.vms?.bridge.view?.().selected;
    const clock = this.vms?.clock;
    const ours = this.limits ? clock && viewsOf(clock)[0] === this : !selected || selected.id === this.#camera;
    return !hearing.muted && Boolean(ours) && rate <= FASTEST_WHOLE;
  }

  /**
   * @param {Source} source
   * @param {number} at
   * @param {{intra: boolean, sound: boolean}} how
   */
  #bufferFor(source, at, how) {
    if (this.video.error && this.#brokenAt === undefined) this.#brokenAt = at;
    const buffer = this.#buffer;
    // Pictures that cannot be decoded do not keep the operator from others.
    const usable = this.#brokenAt === undefined ? buffer?.reaches(at) : Math.abs(this.#brokenAt - at) < BROKEN;
    // Sound that is there and not heard any more does no harm.
    if (buffer && usable && buffer.intra === how.intra && (buffer.sound || !how.sound)) return buffer;
    buffer?.close();
    this.#brokenAt = undefined;
    this.#buffer = new VideoBuffer(this.video, source, at, how, () => this.#arrived());
    return this.#buffer;
  }

  #arrived() {
    const from = this.#buffer?.recodedFrom ?? '';
    this.badge.textContent = from && strings.playback.recoded(from);
    this.badge.title = from && strings.playback.recodedHint;
    this.badge.hidden = !from;
    const sound = String(this.#buffer?.hasSound ?? this.hasSound);
    if (this.dataset.sound !== sound) {
      this.dataset.sound = sound;
      hearing.changed();
    }
    this.#sync();
  }

  /**
   * @param {VideoBuffer} buffer
   * @param {Source} source
   * @param {number} at
   * @returns {Showing}
   */
  #judge(buffer, source, at) {
    if (this.video.error) return 'failed';
    if (this.limits && (at < this.limits.start || at >= this.limits.end)) return 'outside';
    if (this.#betweenSpans(at)) return 'gap';
    if (buffer.covers(at)) return 'picture';
    if (at >= source.now) return 'edge';
    const { state } = buffer.of(at);
    return state === 'edge' && source.now - at > EDGE ? 'gap' : state;
  }

  /**
   * Whether the recorder says that nothing is recorded here, and something later.
   * @param {number} at
   */
  #betweenSpans(at) {
    const { hour, spans } = this.#recorded;
    if (!spans || Math.floor(at / HOUR) !== hour) return false;
    return !spans.some((span) => span.start <= at && at < span.end) && spans.some((span) => span.start > at);
  }

  /**
   * Keeps what is known of the recording in this hour.
   * @param {Source} source
   * @param {number} at
   */
  #ask(source, at) {
    const hour = Math.floor(at / HOUR);
    const age = performance.now() - this.#recorded.at;
    const grows = (hour + 1) * HOUR > source.now - EDGE;
    if (this.#recorded.hour === hour && (age < 60_000 || !grows)) return;
    const asked = { hour, spans: this.#recorded.hour === hour ? this.#recorded.spans : undefined, at: performance.now() };
    this.#recorded = asked;
    void source.around(at).then((spans) => {
      asked.spans = spans ?? asked.spans;
      this.#sync();
    });
  }

  /**
   * @param {Showing} showing
   * @param {VideoBuffer} buffer
   * @param {Source} source
   * @param {number} at
   */
  #show(showing, buffer, source, at) {
    const error = this.video.error ?? buffer.of(at).error;
    const said = `${showing} ${showing === 'failed' ? String(error) : ''}`;
    const sameGap = showing !== 'gap' || (this.#gap.from <= at && at < this.#gap.to);
    if (said === this.#said && sameGap) return;
    this.#said = said;
    if (showing === 'gap') this.#gap = { from: at, to: Infinity, next: undefined };
    this.dataset.showing = showing;
    this.cover.replaceChildren(...this.#covers[showing](source, at, error));
  }

  /**
   * What is there is played on; that nothing follows is said at once.
   * @param {{at: number, error: Problem} | undefined} end
   */
  #tellEnd(end) {
    const words = end ? strings.playback.ends(time(end.at, this.vms?.bridge.timeZone ?? 'UTC')) : '';
    if (this.endBadge.textContent === words) return;
    this.endBadge.textContent = words;
    this.endBadge.title = end?.error.detail ?? '';
    this.endBadge.hidden = !end;
  }

  /** @type {Record<Showing, (source: Source, at: number, error: unknown) => Node[]>} */
  #covers = {
    picture: () => [],
    outside: () => said(strings.playback.outside),
    loading: () => [h('span', { class: 'skeleton' }), h('span', { class: 'small dim' }, strings.playback.loading)],
    edge: () => said(strings.playback.edge, strings.playback.edgeHint),
    gap: (source, at) => {
      const further = h('p', { class: 'small' });
      void source.next(at).then((next) => {
        this.#gap = { from: this.#gap.from, to: next ?? Infinity, next: next ?? Infinity };
        further.replaceChildren(next === undefined ? strings.playback.noLater : this.#seekTo(next));
      });
      return [...said(strings.playback.gap), further];
    },
    failed: (_source, _at, error) => [
      ...(error instanceof Problem ? said(error.status > 0 && error.status < 500 ? error.title : strings.playback.away, error.detail)
        : error instanceof Unplayable ? said(strings.playback.codec(error.codec), strings.playback.codecHint)
          : said(strings.playback.broken, strings.playback.brokenHint)),
      ...(error instanceof Problem ? [h('span', { class: 'small dim' }, strings.playback.goesOn)] : []),
      h('button', { type: 'button', onclick: () => this.#retry() }, strings.playback.retry),
    ],
  };

  /** @param {number} next */
  #seekTo(next) {
    return h('button', { type: 'button', onclick: () => this.vms?.clock.seek(Math.ceil(next)) },
      strings.playback.toNext(time(next, this.vms?.bridge.timeZone ?? 'UTC')));
  }

  #retry() {
    if (this.video.error) {
      this.#buffer?.close();
      this.#buffer = undefined;
      this.#brokenAt = undefined;
    } else {
      this.#buffer?.retry();
    }
    this.#sync();
  }
}

/**
 * @param {string} title
 * @param {string} [detail]
 */
function said(title, detail = '') {
  return [h('strong', {}, title), ...(detail ? [h('span', { class: 'small dim' }, detail)] : [])];
}

customElements.define('incident-playback', IncidentPlayback);
