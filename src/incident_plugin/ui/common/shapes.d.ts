// What the plug-in's HTTP interface speaks. Instants are ISO 8601 text in UTC, durations ISO 8601 durations.

export type FieldValue = string | number | boolean | null;

export interface Person {
  id: string;
  name: string;
}

/** Half-open: `end` is the first instant after it. */
export interface Interval {
  start: string;
  end: string;
}

export interface Footage {
  camera: string;
  camera_name: string;
  recorder: string;
  interval: Interval;
}

export interface Sequence {
  id: string;
  footage: Footage;
  added_by: Person;
  added_at: string;
  end_unconfirmed: boolean;
  note: string;
}

export interface Comment {
  id: string;
  text: string;
  author: Person;
  at: string;
  edited_at: string | null;
  edited_by: Person | null;
}

export interface Call {
  id: string;
  direction: 'made' | 'received';
  author: Person;
  at: string;
  number: string;
  person: string;
  duration: string | null;
  outcome: string;
  note: string;
  edited_at: string | null;
  edited_by: Person | null;
}

/** Who set a field last, and when. */
export interface Stamp {
  by: Person;
  at: string;
}

export interface Relation {
  project: number;
  why: string;
  by: Person;
  at: string;
}

export interface Project {
  id: number;
  created_by: Person;
  created_at: string;
  revision: number;
  fields: Record<string, FieldValue>;
  comments: Comment[];
  calls: Call[];
  sequences: Sequence[];
  related: Relation[];
  stamps: Record<string, Stamp>;
  /** How many there are; `comments` may be the newest of them. */
  comment_count: number;
  hold: LegalHold | null;
  /** When it is deleted for good unless held; nothing while the site has not decided. */
  expires_at: string | null;
}

/** Stops the deletion of a project until it is lifted. */
export interface LegalHold {
  reason: string;
  by: Person;
  at: string;
}

/** What became of a deleted project. */
export interface Deleted {
  id: number;
  /** Nothing when it was deleted for good. */
  restorable_until: string | null;
}

export interface ProjectSummary {
  id: number;
  revision: number;
  created_by: string;
  created_at: string;
  type: string | null;
  status: string | null;
  description: string;
  owner: string | null;
  priority: string | null;
  start: string | null;
  end: string | null;
  sequences: number;
  /** Id of who created it. */
  creator: string;
  /** Categories and incident data by field name; long texts are cut. */
  values: Record<string, FieldValue>;
  /** Whether a legal hold stops its deletion. */
  held: boolean;
  /** When it is deleted for good unless held; nothing while the site has not decided. */
  expires_at: string | null;
}

export interface ProjectPage {
  projects: ProjectSummary[];
  total: number;
  capped: boolean;
  /** Of those that match only the newest 10,000 were sorted. */
  partly_sorted: boolean;
}

export interface PropertyValue {
  id: string;
  name: string;
  closes: boolean;
  colour: 'none' | 'grey' | 'blue' | 'teal' | 'green' | 'amber' | 'red' | 'violet';
  symbol: 'none' | 'ring' | 'dot' | 'half' | 'pause' | 'check' | 'cross' | 'square' | 'triangle' | 'diamond' | 'star' | 'flag' | 'bolt';
  /** Projects keep and show it; it cannot be chosen any more. */
  retired: boolean;
}

export interface Category {
  id: string;
  name: string;
  description: string;
  values: PropertyValue[];
  enabled: boolean;
  default: string | null;
}

export interface DataField {
  id: string;
  name: string;
  kind: 'whole-number' | 'decimal' | 'text' | 'check-box' | 'date-time';
  enabled: boolean;
}

export interface IncidentProperties {
  types: PropertyValue[];
  statuses: PropertyValue[];
  categories: Category[];
  data: DataField[];
  default_type: string | null;
  default_status: string | null;
  required_to_close: string[];
  report_titles: PropertyValue[];
  revision: number;
}

export interface ActivityEntry {
  number: number;
  at: string;
  actor: Person;
  action: string;
  subject: string;
  before: string;
  after: string;
  /** Name of the field, or id of the comment, call or sequence. */
  target: string;
  text: string;
  /** The same sentence in pieces, its times as instants. */
  said: (string | { at: string })[];
}

export interface ActivityLog {
  entries: ActivityEntry[];
  /** How many the filter leaves, and how many there are. */
  found: number;
  total: number;
  people: Person[];
  /** What is wrong with the chain, if anything is. */
  fault: string | null;
}

export interface ExportItem {
  project: number;
  sequence: string;
  footage: Footage;
  /** What is exported in place of the sequence's own interval. */
  trimmed: Interval | null;
  comment: string;
}

export interface ExportSettings {
  format: 'package' | 'media' | 'stills';
  container: 'mp4' | 'mkv';
  sign: boolean;
  report: boolean;
  user_names: boolean;
  court_copy: boolean;
  burn_in_time: boolean;
  /** Seconds; null for the first picture alone. */
  stills_every: number | null;
  sound: boolean;
  encrypted: boolean;
  /** Bytes. */
  split_size: number | null;
}

export interface ExportPreset {
  name: string;
  settings: ExportSettings;
}

export interface ExportPresets {
  site: ExportPreset[];
  mine: ExportPreset[];
  /** Whether the site lets recorded sound leave. */
  sound: boolean;
}

export interface ExportEstimate {
  size: number;
  free: number;
  seconds: number;
  measured: boolean;
}

export interface EarlierExport {
  sequence: string;
  export: string;
  finished_at: string | null;
  name: string;
  available: boolean;
}

export interface Gap extends Interval {
  reason: string;
}

export interface Receipt {
  recipient: string;
  organisation: string;
  reference: string;
  means: string;
  note: string;
  handed_over_by: Person;
  at: string;
}

export interface Package {
  name: string;
  files: number;
  size: number;
  sha256: string;
  fingerprint: string;
  stamped_at: string | null;
  /** Of the ZIP that was made of it, or of its parts. */
  volumes: string[];
  note: string;
}

export interface ExportList {
  id: string;
  items: ExportItem[];
}

export interface Exhibit {
  id: string;
  item: ExportItem;
  file: string;
  size: number;
  sha256: string;
  delivered: Interval | null;
  gaps: Gap[];
  clock_offset: { offset: string; uncertainty: string; measured_at: string } | null;
  others: { name: string; size: number; sha256: string }[];
  notes: string[];
}

/** A recorder from which no video comes. */
export interface Standstill {
  camera_name: string;
  recorder: string;
  since: string;
  /** Why it broke off; empty while it only stays silent. */
  reason: string;
  /** When it is asked again; nothing while it is being asked. */
  next_try: string | null;
}

export interface Export {
  id: string;
  owner: Person;
  created_at: string;
  items: ExportItem[];
  settings: ExportSettings;
  state: 'queued' | 'running' | 'waiting' | 'done' | 'failed' | 'cancelled' | 'expired';
  progress: number;
  /** Estimated. */
  seconds_left: number | null;
  /** What it stands still for; nothing while it goes on. */
  waits_for: Standstill | null;
  message: string;
  exhibits: Exhibit[];
  package: Package | null;
  receipts: Receipt[];
  finished_at: string | null;
  /** When its files are removed. */
  expires_at: string | null;
}

export interface DraftList {
  /** The operator's id. */
  id: string;
  sequences: Sequence[];
}

export interface CollectedSequence {
  camera: string;
  camera_name: string;
  /** Includes the pre-roll. */
  start: string;
  /** Nothing while the camera is in view. */
  end: string | null;
  end_unconfirmed: boolean;
}

export interface Running {
  id: string;
  /** The browser tab whose view feeds it; empty while it waits. */
  client: string;
  started_at: string;
  /** When its view was last confirmed; while it waits, since when. */
  confirmed_at: string;
  /** It can be put back for a while. */
  discarded_at: string | null;
  sequences: CollectedSequence[];
}

/** What a project begins with. */
export interface Details {
  type: string | null;
  description: string;
}

/** A camera over an interval, as it is sent. */
export interface Wanted {
  camera: string;
  start: string;
  end: string;
}

export interface Written {
  project: Project;
  /** What was kept otherwise than asked for. */
  warnings: string[];
}

/** One step of a recorder's test; each comes when it begins and as it ended. */
export interface WalkedStep {
  step: string;
  state: 'running' | 'passed' | 'warning' | 'failed' | 'skipped';
  said: string;
  remedy: string;
  technical: string;
  seconds: number;
  fingerprint: string;
}

/** A recorder as administrators see it. */
export interface ShownRecorder {
  id: string;
  name: string;
  address: string;
  username: string;
  password_secret: string;
  tls: 'verify' | 'pinned' | 'accept';
  fingerprint: string;
  /** Ids at the host by ids of ours. */
  cameras: Record<string, string>;
  revision: number;
  fixed: boolean;
  has_password: boolean;
  state: {
    error: string | null;
    since: string | null;
    device: string;
    /** Why its events do not come. */
    events?: string | null;
    clock?: { offset_seconds: number; uncertainty_seconds: number; measured_at: string } | null;
    retention_days?: number;
  };
}
