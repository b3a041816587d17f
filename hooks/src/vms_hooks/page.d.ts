// The page contract: what a host gives every contributed custom element, and what the element may ask of the host.
// All instants are milliseconds since 1970-01-01T00:00:00Z.

/** What must be so before a contribution can be used; `Requirement` in contributions.py. */
export type VmsRequirement = 'live' | 'playback' | 'camera-selected' | 'time-marked';

export interface VmsCamera {
  id: string;
  name: string;
  group: string;
  capabilities: string[];
}

/**
 * Shared by timeline, view items and panes: one for live and one for playback. Fires `change` on every change but
 * the passing of time. In live only the marks can be set: the server's time does not pause, move or wait.
 */
export interface VmsClock extends EventTarget {
  /** Live: server time. Playback: the playhead. */
  readonly now: number;
  readonly mode: 'live' | 'playback';
  readonly paused: boolean;
  readonly rate: number;
  /** The marks `[` and `]`. */
  readonly markStart: number | null;
  readonly markEnd: number | null;
  play(): void;
  pause(): void;
  seek(at: number): void;
  setRate(rate: number): void;
  setMarks(start: number | null, end: number | null): void;
  /** A view item that waits for pictures holds the clock until it lets go; one that never lets go is let go by the clock after a few seconds. */
  hold(owner: object, held: boolean): void;
}

export interface VmsNotice {
  kind: 'info' | 'success' | 'warning' | 'error';
  title: string;
  detail?: string;
  /** A button on the notice. */
  action?: { label: string; run: () => void };
}

export interface VmsTarget {
  /** First part of the tab's address: `live`, `playback`, `incidents`... */
  tab: string;
  /** Rest of the address inside the tab. */
  path?: string;
  /** For `live` and `playback`: a camera to show and select. */
  camera?: string;
  /** For `playback`: where to put the playhead. */
  at?: number;
}

/** The view that the host reports. A tab without pictures does not end the view the operator came from. */
export interface VmsView {
  mode: 'live' | 'playback';
  /** Cameras in the view, in order of its view items. */
  cameras: VmsCamera[];
  /** The selected view item's camera; nothing when it is empty. */
  selected: VmsCamera | null;
}

export interface VmsBridge {
  /** Release of the contract that the host keeps, as `1.0`. */
  readonly contract: string;
  /** Id of this browser tab; the one that views are reported under. */
  readonly client: string;
  readonly principal: { id: string; name: string };
  /** BCP 47. */
  readonly locale: string;
  /** IANA name of the site's zone: times are shown in it. */
  readonly timeZone: string;
  readonly theme: 'dark' | 'light';
  /** Ids of the permissions that the principal holds. A hint for what to draw; the server decides. */
  readonly permissions: ReadonlySet<string>;
  /** All cameras the principal may see. */
  cameras(): VmsCamera[];
  view(): VmsView;
  /** Runs a contributed command. */
  run(command: string, args?: unknown): Promise<void>;
  navigate(target: VmsTarget): void;
  notify(notice: VmsNotice): void;
  /** `fetch` below the plug-in's own mount: the path has no leading slash. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** Absolute path of something below the plug-in's mount, for links and downloads. */
  url(path: string): string;
  /** Asks the host to draw the timeline's rows anew, because marks or spans changed. */
  refreshTimeline(): void;
}

/**
 * Set by the host as `element.vms` before the element is attached, and again when its `path` changes. Another camera
 * in a view item is another element. An element whose tab is left is disconnected, and connected again later.
 */
export interface VmsContext {
  /** `live` and `playback` for what stands in a view item; for a command, where the operator is. */
  mode: 'live' | 'playback' | 'panel' | 'tab' | 'admin' | 'status';
  bridge: VmsBridge;
  clock: VmsClock;
  /** In a view item: its camera. For a command: the camera that was selected when it was asked for, if one was. */
  camera?: VmsCamera;
  /** In a tab: the rest of the address, without leading slash. */
  path?: string;
}

/** A contributed custom element. It styles itself by the host's `--vms-*` properties only. */
export interface VmsElement extends HTMLElement {
  vms: VmsContext;
}

/** How a picture in a view item stands. */
export interface VmsPictureState {
  state: 'connecting' | 'live' | 'playing' | 'lost' | 'denied' | 'unsupported';
  /** For people; may be empty. */
  detail: string;
}

/**
 * What an element tells the host without being asked: events that bubble and are composed. A host may listen; none
 * needs an answer.
 */
export interface VmsElementEvents {
  /** The picture of a live or playback view changed its state. */
  'vms-state': CustomEvent<VmsPictureState>;
}

/** What the module of a contributed command exports as `run`. */
export type VmsCommandRun = (context: VmsContext, args?: unknown) => Promise<void> | void;
