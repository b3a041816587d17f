// What the plug-in's HTTP interface gives and takes. Instants are ISO 8601 in UTC.

export interface Person { id: string; name: string }
export interface Interval { start: string; end: string }
export interface Footage { camera: string; camera_name: string; recorder: string; interval: Interval }
export interface Sequence { id: string; footage: Footage; added_by: Person; added_at: string; end_unconfirmed: boolean }
export interface DraftList { id: string; sequences: Sequence[] }

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
  /** The browser tab whose view feeds it. */
  client: string;
  started_at: string;
  confirmed_at: string;
  sequences: CollectedSequence[];
}

export interface PropertyValue { id: string; name: string; closes: boolean }
export interface IncidentProperties { types: PropertyValue[]; statuses: PropertyValue[] }

export interface ProjectSummary {
  id: number;
  type: string | null;
  status: string | null;
  description: string;
  created_at: string;
  start: string | null;
  end: string | null;
  sequences: number;
}
export interface Project { id: number; created_at: string; fields: Record<string, string>; sequences: Sequence[] }
export interface Page { projects: ProjectSummary[]; total: number; capped: boolean }

/** A camera over an interval, as it is sent. */
export interface Wanted { camera: string; start: string; end: string }
export interface Details { type: string | null; description: string }
export interface Written { project: Project; warnings: string[] }
