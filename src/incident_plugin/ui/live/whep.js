// One viewer's WebRTC session, opened the WHEP way: an offer is posted, the answer comes back.

import { strings } from '../locales/en.js';

/** @typedef {import('../../../../hooks/src/vms_hooks/page.d.ts').VmsBridge} Bridge */

/**
 * What the server says of the camera over the session's data channel.
 * @typedef {{state: 'connecting' | 'live' | 'lost', detail: string}} CameraState
 */

/**
 * @typedef {object} Listener
 * @property {(stream: MediaStream) => void} onPicture
 * @property {(state: CameraState) => void} onCamera
 * @property {(connected: boolean) => void} onNetwork false while packets stop coming, true when they come again
 */

const CONNECT_MS = 10_000;

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
    return this.status === 401 || this.status === 403;
  }

  /** Whether trying again would only be refused again. */
  get permanent() {
    return this.denied || [400, 406, 413, 415, 422].includes(this.status);
  }
}

/**
 * Shows a camera until the session breaks or is aborted. Always ends by raising: `Refusal`, or the abort.
 * @param {Bridge} bridge
 * @param {string} camera
 * @param {Listener} listener
 * @param {AbortSignal} signal
 * @returns {Promise<never>}
 */
export async function watch(bridge, camera, listener, signal) {
  const peer = new RTCPeerConnection({ iceServers: [] });
  let session = '';
  try {
    const broken = listenTo(peer, listener, signal);
    broken.catch(() => {});
    // Candidates are not waited for: the server learns this browser's address from its checks.
    await peer.setLocalDescription();
    const response = await post(bridge, camera, peer.localDescription?.sdp ?? '', signal);
    session = response.headers.get('Location')?.split('/').pop() ?? '';
    await peer.setRemoteDescription({ type: 'answer', sdp: await response.text() });
    return await broken;
  } finally {
    peer.close();
    if (session) {
      bridge.fetch(`live/sessions/${session}`, { method: 'DELETE', keepalive: true }).catch(() => {});
    }
  }
}

/**
 * @param {RTCPeerConnection} peer
 * @param {Listener} listener
 * @param {AbortSignal} signal
 * @returns {Promise<never>} raises when the connection is over
 */
function listenTo(peer, listener, signal) {
  return new Promise((_, reject) => {
    const late = setTimeout(() => reject(new Refusal(strings.live.noMedia)), CONNECT_MS);
    signal.addEventListener('abort', () => {
      clearTimeout(late);
      reject(signal.reason);
    }, { once: true });
    peer.addEventListener('track', ({ streams, track, receiver }) => {
      // Live means live: the browser shall not hold pictures back for smoothness.
      if ('jitterBufferTarget' in receiver) receiver.jitterBufferTarget = 0;
      listener.onPicture(streams[0] ?? new MediaStream([track]));
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
    channel.addEventListener('message', ({ data }) => listener.onCamera(JSON.parse(data)));
    // The server ends a session by closing it: this comes long before the network is found silent.
    channel.addEventListener('close', () => reject(new Refusal(strings.live.interrupted)));
    receiveH264(peer);
  });
}

/** @param {RTCPeerConnection} peer */
function receiveH264(peer) {
  const codecs = RTCRtpReceiver.getCapabilities('video')?.codecs ?? [];
  const h264 = codecs.filter(({ mimeType, sdpFmtpLine = '' }) =>
    mimeType.toLowerCase() === 'video/h264' && sdpFmtpLine.includes('packetization-mode=1'));
  if (h264.length === 0) throw new Refusal(strings.live.noH264, 406);
  peer.addTransceiver('video', { direction: 'recvonly' }).setCodecPreferences(h264);
}

/**
 * @param {Bridge} bridge
 * @param {string} camera
 * @param {string} offer
 * @param {AbortSignal} signal
 */
async function post(bridge, camera, offer, signal) {
  let response;
  try {
    response = await bridge.fetch(`live/${encodeURIComponent(camera)}`, {
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
