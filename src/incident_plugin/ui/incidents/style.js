// Styles of the Incidents tab.

export const incidentsSheet = new CSSStyleSheet();
incidentsSheet.replaceSync(`
:host { display: block; height: 100%; min-height: 0; background: var(--s0); overflow: hidden; }
.grow { flex: 1; }
.tight { gap: 6px; flex-wrap: nowrap; }
.center { justify-content: center; }
.amber { color: var(--amber); }
.ellipsis { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.written { white-space: pre-wrap; overflow-wrap: anywhere; margin: 0; }
svg { flex: none; }
.banner { display: flex; gap: 8px; margin: 0; padding: 8px 12px; border: 1px solid currentColor; border-radius: 4px; align-items: center; }
.skeleton { display: grid; gap: 18px; padding: 12px 8px; }
.skeleton div { height: 14px; border-radius: 4px; background: var(--s2); }
.skeleton div:nth-child(3n) { width: 72%; }
.skeleton div:nth-child(3n + 1) { width: 88%; }

.list { height: 100%; display: grid; grid-template: auto minmax(0, 1fr) / minmax(0, 1fr) minmax(280px, min(34%, 600px)); }
.bar { grid-column: 1 / -1; padding: 8px 12px; border-bottom: 1px solid var(--s3); background: var(--s1); }
.count { white-space: nowrap; }
a.button { color: inherit; text-decoration: none; min-height: 30px; padding: 0 8px; border: 1px solid var(--line); border-radius: 4px; background: var(--s2);
  display: inline-flex; align-items: center; gap: 6px; }
a.button:hover { background: var(--s3); }
.rows { overflow: auto; min-height: 0; }
.rows .banner { margin: 8px 12px; }
.rows table, .panel table { table-layout: fixed; }
.rows thead th, .panel thead th { position: sticky; top: 0; background: var(--s0); z-index: 1; }
.rows td, .rows th { padding: 0 6px; }
.rows td:first-child, .rows th:first-child { padding-left: 12px; }
.rows tbody tr { cursor: pointer; }
.rows tbody tr:hover { background: var(--s1); }
.rows tbody tr[aria-selected=true] { background: color-mix(in srgb, var(--accent) 22%, transparent); }
.rows tbody tr:focus-visible { outline-offset: -2px; }
.rows tbody tr.fresh { animation: fresh 2s ease-out; }
@keyframes fresh { from { background: color-mix(in srgb, var(--accent) 40%, transparent); } }
.rows tbody tr.marked td { text-decoration: line-through; }
.rows tbody tr.marked td.col-id { text-decoration: none; }
.rows time { font-size: 12px; }
.rows th .sort { border: 0; background: none; padding: 0; min-height: 30px; font: inherit; color: inherit; gap: 2px; max-width: 100%; justify-content: flex-start; }
.rows th .sort span { overflow: hidden; text-overflow: ellipsis; }
.rows th .sort:hover { color: var(--text); }
.rows th[aria-sort] { color: var(--text); }
.arrow svg { width: 10px; height: 10px; transform: rotate(90deg); display: block; }
.arrow.descending svg { transform: rotate(-90deg); }
.rows th { width: 110px; }
.rows th.col-id { width: 56px; } .rows th.col-status { width: 104px; } .rows th.col-type { width: 96px; } .rows th.col-start { width: 112px; }
.rows th.col-end { width: 78px; } .rows th.col-owner { width: 100px; } .rows th.col-priority { width: 64px; } .rows th.col-sequences { width: 36px; }
.rows th.col-created { width: 112px; } .rows th.col-expires { width: 100px; } .rows th.col-description { width: auto; min-width: 120px; }
.rows table:has(time.named) th:is(.col-start, .col-created) { width: 152px; } .rows table:has(time.named) th.col-end { width: 84px; }
/* What is cut off is the end of the text, in whichever direction it is written. */
.rows .line { display: block; overflow: hidden; text-overflow: ellipsis; text-align: left; }
.rows td.col-sequences, .rows th.col-sequences { text-align: right; }
.rows th.col-sequences .sort { justify-content: flex-end; width: 100%; }
.announced button { color: var(--text); width: calc(100% - 24px); margin: 8px 12px 4px; border-color: var(--accent); background: color-mix(in srgb, var(--accent) 14%, var(--s1)); }
.announced b { margin-left: 4px; text-decoration: underline; }
.pager { display: flex; gap: 8px; align-items: center; justify-content: center; padding: 8px; }
.preview { border-left: 1px solid var(--s3); background: var(--s1); padding: 12px 16px; overflow: auto; display: flex; flex-direction: column; gap: 12px; }
.preview .buttons { display: grid; grid-template-columns: 1fr 1fr; gap: 8px; margin-top: auto; padding: 8px 0 12px;
  position: sticky; bottom: -12px; background: inherit; }
.strip { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(46%, 240px), 1fr)); gap: 6px; }
.strip figure { margin: 0; display: grid; gap: 2px; font-size: 12px; color: var(--dim); min-width: 0; }
.strip .frame { aspect-ratio: 16 / 9; background: var(--vms-picture, #000); border-radius: 4px; overflow: hidden; display: grid; place-items: center; }
.strip img { width: 100%; height: 100%; object-fit: contain; }
.strip figcaption { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.preview .written { max-height: 140px; overflow: auto; }
.facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 6px 16px; margin: 0; align-content: start; }
.facts dt { color: var(--dim); }
.facts dd { margin: 0; overflow-wrap: anywhere; }
.facts time { white-space: nowrap; }

.page { position: relative; height: 100%; display: grid; grid-template: auto auto minmax(0, 1fr) / minmax(0, 1fr); }
.head { display: flex; gap: 12px; align-items: center; padding: 8px 12px; background: var(--s1); min-width: 0; }
.head h2, .head button, .head .mark { white-space: nowrap; flex: none; }
.facts-line { gap: 14px; flex-wrap: nowrap; min-width: 0; overflow: hidden; }
.mark-line { display: inline-flex; gap: 4px; align-items: center; min-width: 0; white-space: nowrap; }
.presence { display: inline-flex; gap: 4px; align-items: center; min-width: 0; max-width: 220px; }
.news { display: inline-flex; gap: 4px; align-items: center; color: var(--accent); font-size: 12px; white-space: nowrap; }
.news svg { width: 10px; height: 10px; }
.news path { fill: currentColor; }
.dot { width: 7px; height: 7px; border-radius: 50%; background: var(--accent); }
.past { grid-area: 1 / 2; min-width: 24px; min-height: 24px; padding: 2px; color: var(--dim); }
.refusal { display: flex; gap: 8px; align-items: center; margin: 0; padding: 0 12px 8px; color: var(--red); background: var(--s1); overflow-wrap: anywhere; }
.refusal button { color: var(--text); flex: none; min-height: 28px; }
/* Beside the host's notices, not below them. */
.undo-bar { position: absolute; left: 432px; right: 16px; bottom: 16px; margin-inline: auto; width: fit-content; display: flex; gap: 12px; align-items: center;
  padding: 6px 8px 6px 12px; background: var(--s3); border: 1px solid var(--line); border-radius: 4px; }
.undo-bar > svg { color: var(--green); }
.two { display: grid; gap: 0; line-height: 1.3; min-width: 0; }
.two > span { display: inline-flex; gap: 4px; align-items: center; min-width: 0; }
.two svg { width: 12px; height: 12px; }
.green { color: var(--green); } .red { color: var(--red); }
.link { border: 0; background: none; padding: 0; min-height: 24px; color: var(--accent); text-decoration: underline; white-space: nowrap; }
.plain { list-style: none; margin: 0; padding: 0; }
.plain li { display: flex; gap: 12px; align-items: center; min-height: 36px; border-bottom: 1px solid var(--s3); min-width: 0; }
.plain .wide { flex: 1; min-width: 0; overflow-wrap: anywhere; }
.plain .wide > div { display: block; }
.plain time { white-space: nowrap; }
.filter { display: inline-flex; gap: 8px; align-items: center; color: var(--dim); white-space: nowrap; }
.filter select { width: auto; color: var(--text); }
.history td { vertical-align: top; white-space: nowrap; height: auto; padding-block: 6px; }
.history td.wrap { white-space: normal; width: 35%; }
.save-state { display: flex; gap: 6px; align-items: center; min-width: 0; }
.save-state.saved { color: var(--dim); }
.save-state.unsaved { color: var(--amber); }
.tabs { display: flex; gap: 0; padding: 0 12px; border-bottom: 1px solid var(--s3); background: var(--s1); overflow-x: auto; scrollbar-width: none; }
.tabs button { flex: none; white-space: nowrap; outline-offset: -2px; border: 0; border-bottom: 2px solid transparent; border-radius: 0; background: none; min-height: 36px; color: var(--dim); }
.tabs button[aria-selected=true] { color: var(--text); border-bottom-color: var(--accent); }
.tabs .count { color: var(--dim); font-size: 12px; }
.panel > :empty, .rows > :empty, .reading > :empty { display: none; }
.panel { overflow: auto; padding: 16px; min-height: 0; display: grid; grid-template-columns: minmax(0, 1fr); gap: 12px; align-content: start; }
.details, .categories { display: grid; grid-template-columns: minmax(280px, 420px) minmax(320px, 560px); gap: 16px 48px; align-items: start; }
.categories { grid-template-columns: repeat(2, minmax(280px, 440px)); }
.form { display: grid; gap: 12px; }
.field-row { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 4px; }
.field-row > :not(.label, .past) { grid-column: 1 / -1; }
.field-row p { margin: 0; }
.label { display: flex; gap: 8px; align-items: center; min-height: 24px; color: var(--dim); }
.control input[type=checkbox] { justify-self: start; width: 20px; height: 20px; margin: 6px 0; accent-color: var(--accent); }
input:not([type=checkbox]):not([type=radio]):is(:user-invalid, [aria-invalid=true]) { border-color: var(--red); }
.picker { position: relative; }
.picker input.date { position: absolute; inset: 0; width: 100%; min-height: 0; padding: 0; opacity: 0; pointer-events: none; }
.owner { min-width: 120px; }
.mark { color: var(--amber); font-size: 12px; display: inline-flex; gap: 4px; align-items: center; }
.conflict { border: 1px solid var(--amber); border-radius: 4px; padding: 8px 12px; display: grid; gap: 8px; }
.conflict .row { flex-wrap: nowrap; }
.sides { display: grid; grid-template-columns: 1fr 1fr; gap: 12px; }
.side { display: grid; gap: 4px; align-content: start; grid-template-rows: auto 1fr auto; }
.side .value { white-space: pre-wrap; overflow-wrap: anywhere; max-height: 160px; overflow: auto; }
.reading { display: grid; gap: 12px; max-width: 900px; }
.reading > button { justify-self: start; }
.comments { display: grid; gap: 8px; }
/* Of thousands only what is in view is laid out. */
.comment { content-visibility: auto; contain-intrinsic-size: auto 72px; }
.comment { background: var(--s1); border: 1px solid var(--s3); border-radius: 4px; padding: 4px 12px 8px; display: grid; gap: 6px; }
.comment header { display: flex; gap: 12px; align-items: center; min-height: 28px; min-width: 0; white-space: nowrap; }
.call-form { border: 1px solid var(--s3); border-radius: 4px; margin: 0; padding: 12px; display: grid; grid-template-columns: 1fr 1fr 1fr; gap: 12px; align-items: start; }
.call-form .label { min-height: 0; }
.call-form .note, .call-form > .row { grid-column: 1 / -1; }
.part { grid-template-columns: minmax(0, 1fr); }
.scrolled { overflow-x: auto; }
.sequences th, .sequences td { padding: 0 8px; }
.sequences td { height: 40px; }
.sequences th.start, .sequences th.end { width: 138px; } .sequences th.length { width: 56px; } .sequences th.video { width: 134px; }
.sequences:has(time.named) th:is(.start, .end) { width: 176px; }
.sequences th.added { width: 132px; } .sequences th.recorder { width: 96px; }
.sequence-note { max-width: 100%; justify-content: flex-start; }
.sequences th.check { width: 28px; }
.sequences tbody tr { cursor: default; }
.activity th:nth-child(1) { width: 40px; } .activity th:nth-child(2) { width: 150px; } .activity th:nth-child(3) { width: 140px; }
.activity td { vertical-align: top; padding-block: 6px; height: auto; }
.activity td.wrap { white-space: normal; overflow-wrap: anywhere; }
.clamp { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 3; overflow: hidden; }
.activity details { margin-top: 4px; }
.activity-state p { margin: 0; }
/* What tells projects apart is their description: on small windows the preview says the rest. */
@media (max-width: 1500px) {
  .list { grid-template-columns: minmax(0, 1fr) minmax(300px, 28%); }
  /* What somebody chose is shown at any width. */
  .rows .delivered :is(th, td):is(.col-priority, .col-expires) { display: none; }
}
@media (max-width: 900px) {
  .list { grid-template: auto minmax(0, 2fr) minmax(180px, 1fr) / minmax(0, 1fr); }
  .rows .delivered :is(th, td):is(.col-owner, .col-end, .col-type) { display: none; }
  .preview { border-left: 0; border-top: 1px solid var(--s3); }
  .details, .categories { grid-template-columns: 1fr; }
  .call-form { grid-template-columns: 1fr; }
  .head { flex-wrap: wrap; }
  .undo-bar { left: 16px; }
  .sequences { min-width: 700px; }
  .sequences :is(th, td):is(:nth-child(7), :nth-child(8)) { display: none; }
}
@media (min-width: 1900px) {
  .rows th.col-owner { width: 160px; } .rows th.col-type, .rows th.col-status { width: 140px; } .rows th.col-priority { width: 90px; }
}
/* A low window, as one magnified to 200 %: all of it scrolls, so that each part keeps the height it needs. */
@media (max-height: 560px) {
  :host { overflow: auto; }
  .list, .page { height: auto; min-height: 100%; grid-template: auto auto auto / minmax(0, 1fr); }
  .rows { max-height: 85vh; }
  .undo-bar { position: fixed; }
  .preview { border-left: 0; border-top: 1px solid var(--s3); }
}
`);
