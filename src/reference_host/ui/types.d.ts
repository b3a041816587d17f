// What the host's API answers; see vms_hooks/document.py, cameras.py and api.py.

import type { VmsRequirement } from 'vms-hooks/page';

export interface Drawn {
  plugin: string;
  id: string;
  title: string;
  tag: string;
  module: string;
  order: number;
  page: string;
  path: string;
  when: VmsRequirement[];
}

export interface Runnable {
  plugin: string;
  id: string;
  title: string;
  module: string;
  shortcut: string;
  when: VmsRequirement[];
}

export interface Contributions {
  contract: string;
  plugins: { id: string; name: string; base: string }[];
  tabs: Drawn[];
  commands: Runnable[];
  live_views: Drawn[];
  playback_views: Drawn[];
  live_panels: Drawn[];
  playback_panels: Drawn[];
  toolbar_items: Record<string, Drawn[]>;
  admin_sections: Drawn[];
  export_lists: Drawn[];
  permissions: string[];
  trouble: { plugin: string; reason: string }[];
  /** Ids of plug-ins that will contribute when they have started. */
  starting: string[];
}

export interface Session {
  principal: { id: string; name: string };
  site: { id: string; name: string; time_zone: string };
}

export interface TimelineSpan {
  start: string;
  end: string;
}

export interface TimelineMark {
  interval: TimelineSpan;
  title: string;
  target: { tab: string; path: string } | null;
}

export interface TimelineRow {
  camera: string;
  spans: TimelineSpan[];
  marks: TimelineMark[];
  incomplete: string;
}

export interface Judgement {
  verdict: string;
  reason: string;
  remedy: string;
  terms: { licensee: string; site: string; first_day: string; last_day: string; file_last_day: string; number: string } | null;
}

export interface Account {
  id: string;
  name: string;
  roles: string[];
  disabled: boolean;
  origin: string;
}

export interface Role {
  id: string;
  title: string;
  permissions: string[];
  cameras: string[];
  origin: string;
}

export interface PermissionNode {
  id: string;
  title: string;
  children: PermissionNode[];
}

export interface Grantable {
  roles: Role[];
  tree: PermissionNode[];
  cameras: { id: string; name: string; group: string }[];
}

export interface SavedView {
  id: string;
  title: string;
  owner: string;
  shared: boolean;
  slots: (string | null)[];
}

/** Sizes in bytes. */
export interface StorageRoom {
  id: string;
  title: string;
  used: number;
  quota: number | null;
  free: number | null;
}

export interface PluginReport {
  id: string;
  name: string;
  version: string;
  enabled: boolean;
  state: string;
  reason: string;
  remedy: string;
  parts: { name: string; ok: boolean; warning: boolean; for_operators: boolean; camera: string; detail: string; remedy: string }[];
  rooms: StorageRoom[];
  healthy: boolean;
  faults: string[];
  licence: Judgement | null;
  settings: Record<string, unknown>;
}
