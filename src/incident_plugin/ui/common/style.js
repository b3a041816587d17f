// One style sheet for all our elements; every colour comes from the host's tokens, with a fall-back for hosts without.

export const sheet = new CSSStyleSheet();
sheet.replaceSync(`
:host {
  --s0: var(--vms-surface-0, #101214); --s1: var(--vms-surface-1, #181b1f); --s2: var(--vms-surface-2, #22262b);
  --s3: var(--vms-surface-3, #2e343b); --text: var(--vms-text, #e6e9ec); --dim: var(--vms-text-dim, #a2abb5);
  --line: var(--vms-border, #6b7580); --accent: var(--vms-accent, #5aa2ff); --red: var(--vms-red, #ff6b60);
  --amber: var(--vms-amber, #f0b13c); --green: var(--vms-green, #57c785);
  color: var(--text); font: 13px/1.4 var(--vms-font, system-ui, sans-serif); font-variant-numeric: tabular-nums; scrollbar-color: var(--line) transparent;
}
[hidden] { display: none !important; }
h2 { font-size: 15px; margin: 0; font-weight: 600; }
h3 { font-size: 13px; margin: 0 0 8px; font-weight: 600; }
button, input, select, textarea { font: inherit; color: inherit; }
button {
  min-height: 32px; padding: 4px 12px; border: 1px solid var(--line); border-radius: 4px; background: var(--s2);
  cursor: pointer; display: inline-flex; align-items: center; gap: 6px; justify-content: center;
}
button:hover:not(:disabled) { background: var(--s3); }
button:disabled { opacity: .5; cursor: default; }
button.primary { background: var(--accent); border-color: var(--accent); color: var(--vms-on-accent, #06121f); font-weight: 600; }
button.primary:hover:not(:disabled) { background: color-mix(in srgb, var(--accent) 85%, var(--text)); }
button.danger { border-color: var(--red); color: var(--red); }
button.quiet { border-color: transparent; background: transparent; padding: 4px; min-width: 28px; min-height: 28px; }
time { unicode-bidi: isolate; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
label.field { display: grid; gap: 4px; color: var(--dim); }
label.field > :not(.dim) { color: var(--text); }
input:not([type=checkbox], [type=radio], [type=range]), select, textarea {
  width: 100%; box-sizing: border-box; min-height: 32px; padding: 4px 8px; border: 1px solid var(--line);
  border-radius: 4px; background: var(--vms-field, var(--s0));
}
textarea { min-height: 72px; resize: vertical; }
:is(input:not([type=checkbox], [type=radio], [type=range]), select, textarea):is(:disabled, [readonly]) { background: none; border-style: dashed; opacity: 1; }
/* Drawn by ourselves: some browsers draw a white groove on a dark page. */
progress[value] { appearance: none; height: 8px; border: 0; border-radius: 4px; background: var(--s3); overflow: hidden; }
progress[value]::-webkit-progress-bar { background: var(--s3); }
progress[value]::-webkit-progress-value { background: var(--accent); }
progress[value]::-moz-progress-bar { background: var(--accent); }
input[type=range] { min-height: 28px; margin: 0; background: none; accent-color: var(--accent); }
input[type=range]::-moz-range-track { height: 6px; border-radius: 3px; background: var(--s3); }
input[type=range]::-moz-range-progress { height: 6px; border-radius: 3px; background: var(--accent); }
dialog {
  color: var(--text); background: var(--s1); border: 1px solid var(--line); border-radius: 4px; padding: 16px;
  width: min(480px, 92vw); box-sizing: border-box; max-height: 90vh; box-shadow: 0 8px 32px rgb(0 0 0 / .5);
}
dialog.wide { width: min(1100px, 96vw); }
dialog::backdrop { background: rgb(0 0 0 / .55); }
dialog header { display: flex; justify-content: space-between; align-items: center; gap: 12px; margin-bottom: 12px; }
dialog footer { display: flex; justify-content: flex-end; gap: 8px; margin-top: 16px; }
.stack { display: grid; gap: 12px; }
.row { display: flex; gap: 8px; align-items: center; flex-wrap: wrap; }
.dim { color: var(--dim); }
.error { color: var(--red); }
.small { font-size: 12px; }
/* What one must know of a picture, over it. */
.badges { position: absolute; inset: 6px 6px auto; display: grid; justify-items: start; gap: 2px; container-type: inline-size; pointer-events: none; }
.badges > span {
  padding: 0 6px; border-radius: 4px; box-sizing: border-box; max-width: 100%; white-space: nowrap; overflow: hidden;
  text-overflow: ellipsis; background: color-mix(in srgb, var(--s0) 80%, transparent); pointer-events: auto;
}
.badges .short { display: none; }
@container (max-width: 220px) { .badges .long { display: none; } .badges .short { display: inline; } }
table { border-collapse: collapse; width: 100%; }
th { text-align: left; font-weight: 500; color: var(--dim); font-size: 12px; }
th, td { padding: 0 8px; height: 32px; border-bottom: 1px solid var(--s3); white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
tr[aria-selected=true] { background: color-mix(in srgb, var(--accent) 22%, transparent); }
.filters { align-items: end; margin-bottom: 12px; }
.narrow { width: 140px; } .grow { flex: 1; }
.scroll { max-height: min(420px, 50vh); overflow: auto; border: 1px solid var(--s3); border-radius: 4px; margin-bottom: 8px; }
.scroll th { position: sticky; top: 0; background: var(--s1); }
.scroll tbody tr { cursor: default; }
.scroll tbody tr:hover { background: var(--s2); }
td.fill { width: 100%; max-width: 0; }
.empty { padding: 32px; text-align: center; text-wrap: balance; color: var(--dim); }
/* Where the system chooses the colours, what is chosen still shows. */
@media (forced-colors: active) {
  [aria-selected=true], [aria-pressed=true] { forced-color-adjust: none; background: Highlight !important; color: HighlightText !important; }
  [aria-selected=true] :is(.dim, .mark, .count) { color: inherit; }
  [role=tablist] [role=tab] { border-color: Canvas; }
}
@media (prefers-reduced-motion: reduce) { * { transition: none !important; animation: none !important; } }
`);
