// One viewer's WebRTC session, opened the WHEP way: an offer is posted, the answer comes back.

import { strings } from '../locales/en.js';

/** @typedef {import('../../../../hooks/src/vms_hooks/page.d.ts').VmsBridge} Bridge */

/**
 * What the server says of the camera over the session's data channel.
 * @typedef {object} CameraState
 * @property {'connecting' | 'live' | 'lost'} state
 * @property {string} detail
 * @property {boolean} [sound] whether it has sound that can be heard here
 * @property {string} [recoded] what the camera sends, where the server codes it anew for this browser
 * @property {string} [smaller] what the camera's larger picture is, where this browser cannot be given that
 * @property {[number, number]} [fits] view items wider than the first and not wider than the second, in pixels of
 *   the screen, get this stream; others would get another
 */

/**
 * The time of the newest picture by the server's clock, and that clock, in milliseconds.
 * @typedef {{rtp: number, at: number, now: number, sent: number}} PictureTime
 */

/** @typedef {() => Promise<PictureTime>} Asking */

/**
 * How large the picture is shown, in pixels of the screen, and whether it is to be heard.
 * @typedef {{width: number, sound: boolean}} Wish
 */

/**
 * @typedef {object} Listener
 * @property {(stream: MediaStream) => void} onPicture
 * @property {(state: CameraState) => void} onCamera
 * @property {(connected: boolean) => void} onNetwork false while packets stop coming, true when they come again
 * @property {(ask: Asking) => void} onChannel
 */

const CONNECT_MS = 10_000;

/** For how long STUN and TURN servers are remembered, milliseconds: what is told of them counts for a day. */
const REMEMBERED_MS = 3_600_000;

/** @type {WeakMap<Bridge, {at: number, servers: Promise<RTCIceServer[]>}>} */
const remembered = new WeakMap();

/** Why a session was not opened, or ended; the message is for operators. */
export class Refusal extends Error {
  /**
   * @param {string} detail
   * @param {number} [status] of HTTP; 0 when there was no answer
   */
  constructor(detail, status = 0) {
    super(detail);
    this.status = status;
  }

  get denied() {
    return this.status === 403;
  }

  /** Whether trying again would only be refused again. */
  get permanent() {
    return [400, 406, 413, 415, 422].includes(this.status);
  }
}

/** The server ended the session: there is nothing left to close. */
class Ended extends Refusal {}

/**
 * Shows a camera until the session breaks or is aborted. Always ends by raising: `Refusal`, or the abort.
 * @param {Bridge} bridge
 * @param {string} camera
 * @param {Wish} wish
 * @param {Listener} listener
 * @param {AbortSignal} signal
 * @returns {Promise<never>}
 */
export async function watch(bridge, camera, wish, listener, signal) {
  const peer = new RTCPeerConnection({ iceServers: await iceServers(bridge) });
  let session = '';
  try {
    signal.throwIfAborted();
    receiveVideo(peer);
    const broken = listenTo(peer, wish, listener, signal);
    broken.catch(() => {});
    // Candidates are not waited for: the server learns this browser's address from its checks.
    await peer.setLocalDescription();
    const response = await post(bridge, camera, wish, peer.localDescription?.sdp ?? '', signal);
    session = response.headers.get('Location')?.split('/').pop() ?? '';
    await peer.setRemoteDescription({ type: 'answer', sdp: await response.text() });
    return await broken;
  } catch (error) {
    if (error instanceof Ended) session = '';
    throw error;
  } finally {
    peer.close();
    if (session) {
      bridge.fetch(`live/sessions/${session}`, { method: 'DELETE', keepalive: true }).catch(() => {});
    }
  }
}

/** The site's STUN and TURN servers; without an answer none, for most viewers need none. @param {Bridge} bridge */
function iceServers(bridge) {
  let known = remembered.get(bridge);
  if (!known || performance.now() - known.at > REMEMBERED_MS) {
    known = { at: performance.now(), servers: askForServers(bridge) };
    remembered.set(bridge, known);
  }
  return known.servers;
}

/** @param {Bridge} bridge @returns {Promise<RTCIceServer[]>} */
async function askForServers(bridge) {
  try {
    const response = await bridge.fetch('live/ice-servers');
    if (response.ok) return (await response.json()).ice_servers;
  } catch { /* the offer that follows finds out why */ }
  remembered.delete(bridge);
  return [];
}

/**
 * @param {RTCPeerConnection} peer
 * @param {Wish} wish
 * @param {Listener} listener
 * @param {AbortSignal} signal
 * @returns {Promise<never>} raises when the connection is over
 */
function listenTo(peer, wish, listener, signal) {
  return new Promise((_, reject) => {
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let late;
    // Counted from the answer: before it the server may be waiting for the camera.
    peer.addEventListener('signalingstatechange', () => {
      if (peer.signalingState !== 'stable') return;
      late = setTimeout(() => reject(new Refusal(strings.live.noMedia)), CONNECT_MS);
    });
    signal.addEventListener('abort', () => {
      clearTimeout(late);
      reject(signal.reason);
    }, { once: true });
    const seen = new MediaStream();
    peer.addEventListener('track', ({ track, receiver }) => {
      // Live means live: the browser shall not hold pictures back for smoothness.
      if ('jitterBufferTarget' in receiver) receiver.jitterBufferTarget = 0;
      seen.addTrack(track);
      if (track.kind === 'video') listener.onPicture(seen);
    });
    peer.addEventListener('connectionstatechange', () => {
      const state = peer.connectionState;
      if (state === 'connected' || state === 'disconnected') {
        clearTimeout(late);
        listener.onNetwork(state === 'connected');
      } else if (state === 'failed' || state === 'closed') {
        clearTimeout(late);
        reject(new Refusal(strings.live.interrupted));
      }
    });
    const channel = peer.createDataChannel('state');
    // The server ends a session by closing it: this comes long before the network is found silent.
    channel.addEventListener('close', () => reject(new Ended(strings.live.interrupted)));
    converse(channel, listener);
    if (wish.sound) peer.addTransceiver('audio', { direction: 'recvonly' });
  });
}

/**
 * Passes on what the server says of the camera, and lets it be asked for the time of its pictures.
 * @param {RTCDataChannel} channel
 * @param {Listener} listener
 */
function converse(channel, listener) {
  /** @type {Map<number, (time: PictureTime) => void>} */
  const asked = new Map();
  channel.addEventListener('open', () => listener.onChannel(() => new Promise((resolve) => {
    if (channel.readyState !== 'open') return;
    const sent = performance.now();
    asked.clear();
    asked.set(sent, resolve);
    channel.send(JSON.stringify({ time: sent }));
  })));
  channel.addEventListener('message', ({ data }) => {
    const message = JSON.parse(data);
    if (message.time) asked.get(message.time.sent)?.(message.time);
    else listener.onCamera(message);
  });
}

/** Offers what can be passed through as it is, H.265 first where there is a decoder. @param {RTCPeerConnection} peer */
function receiveVideo(peer) {
  const codecs = RTCRtpReceiver.getCapabilities('video')?.codecs ?? [];
  const wanted = codecs.filter(({ mimeType, sdpFmtpLine = '' }) => /^video\/h265$/i.test(mimeType)
    || (/^video\/h264$/i.test(mimeType) && sdpFmtpLine.includes('packetization-mode=1')));
  if (wanted.length === 0) throw new Refusal(strings.live.noH264, 406);
  peer.addTransceiver('video', { direction: 'recvonly' }).setCodecPreferences(wanted);
}

/**
 * @param {Bridge} bridge
 * @param {string} camera
 * @param {Wish} wish
 * @param {string} offer
 * @param {AbortSignal} signal
 */
async function post(bridge, camera, wish, offer, signal) {
  let response;
  try {
    const path = `live/${encodeURIComponent(camera)}?width=${Math.max(1, wish.width)}`;
    response = await bridge.fetch(path, {
      method: 'POST', headers: { 'Content-Type': 'application/sdp' }, body: offer, signal,
    });
  } catch (error) {
    signal.throwIfAborted();
    throw new Refusal(strings.live.unreachable);
  }
  if (response.ok) return response;
  throw new Refusal(await problem(response), response.status);
}

/** @param {Response} response a problem document (RFC 9457), or whatever a proxy made of it */
async function problem(response) {
  try {
    const { title = '', detail = '' } = await response.json();
    return String(detail || title);
  } catch {
    return strings.live.answered.replace('{status}', String(response.status));
  }
}
