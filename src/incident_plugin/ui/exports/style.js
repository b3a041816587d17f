// Styles of the Exports tab.

export const exportsSheet = new CSSStyleSheet();
exportsSheet.replaceSync(`
:host { display: block; height: 100%; min-height: 0; background: var(--s0); overflow: auto; }
.page { display: grid; grid-template-columns: minmax(0, 1fr); gap: 24px; padding: 12px 16px 32px; max-width: 1400px; box-sizing: border-box; }
section { display: grid; grid-template-columns: minmax(0, 1fr); gap: 8px; }
.list { overflow-x: auto; }
.list td:last-child { position: sticky; right: 0; background: var(--s0); }
.head { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; min-height: 36px; }
.grow { flex: 1; }
.amber { color: var(--amber); }
svg { flex: none; }
.banner { display: flex; gap: 8px; margin: 0; padding: 8px 12px; border: 1px solid currentColor; border-radius: 4px; align-items: center; }
.banner:empty { display: none; }
.skeleton { display: grid; gap: 18px; padding: 12px 8px; }
.skeleton div { height: 14px; border-radius: 4px; background: var(--s2); }
.center { justify-content: center; }
.jobs { display: grid; grid-template-columns: minmax(0, 1fr); gap: 8px; }
.job { background: var(--s1); border: 1px solid var(--s3); border-radius: 4px; padding: 8px 12px; display: grid; grid-template-columns: minmax(0, 1fr); gap: 8px; min-width: 0; }
.job header { display: flex; gap: 12px; align-items: center; min-height: 32px; white-space: nowrap; min-width: 0; }
.job p { overflow-wrap: anywhere; }
.job .of { overflow: hidden; text-overflow: ellipsis; }
.state { display: inline-flex; gap: 6px; align-items: center; font-weight: 600; }
.state.done { color: var(--green); } .state.failed { color: var(--red); } .state.running { color: var(--accent); } .state.cancelled { color: var(--dim); }
.progress { display: flex; gap: 12px; align-items: center; }
progress { flex: 1; height: 8px; accent-color: var(--accent); }
.figure { min-width: 44px; text-align: right; }
.standstill { display: flex; gap: 8px; align-items: start; color: var(--dim); overflow-wrap: anywhere; }
.standstill:empty { display: none; }
.standstill.amber { color: var(--amber); }
.files { overflow-x: auto; }
.files td { vertical-align: top; padding-block: 6px; height: auto; }
.files td.wrap { white-space: normal; }
.files td.times { white-space: normal; min-width: 190px; }
summary { cursor: pointer; padding: 4px 0; }
.unmeasured { white-space: normal; min-width: 140px; }
code { font: 12px ui-monospace, monospace; overflow-wrap: anywhere; white-space: normal; display: block; min-width: 270px; }
a.button { display: inline-flex; gap: 6px; align-items: center; min-height: 32px; box-sizing: border-box; padding: 4px 12px; border: 1px solid var(--line);
  border-radius: 4px; background: var(--s2); color: inherit; text-decoration: none; }
a.button:hover { background: var(--s3); }
a.quiet { border-color: transparent; background: transparent; padding: 0; min-height: 0; color: var(--accent); }
.settings { background: var(--s1); border: 1px solid var(--s3); border-radius: 4px; padding: 8px 12px 12px; gap: 12px; }
.settings .head label.field { grid-auto-flow: column; align-items: center; gap: 8px; }
.fields { gap: 16px; align-items: end; }
.fields select { min-width: 180px; }
.boxes { gap: 8px 24px; }
.box { gap: 8px; min-height: 28px; }
.box input { width: 16px; height: 16px; accent-color: var(--accent); }
.passwords { gap: 16px; align-items: end; }
.passwords .field { width: 220px; }
.estimate { min-height: 18px; color: var(--dim); }
.estimate.error { color: var(--red); }
.facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 2px 16px; margin: 0; }
.facts dt { color: var(--dim); }
.facts dd { margin: 0; }
.job header { flex-wrap: wrap; }
.reason { white-space: normal; min-width: 160px; }
tbody td div { line-height: 1.3; }
tbody tr:has(.small) td { height: 44px; }
.page > :empty { display: none; }
p { margin: 0; }
`);

/** Of the dialog that trims an item: an end, its zone and its buttons stand in one row. */
export const itemSheet = new CSSStyleSheet();
itemSheet.replaceSync(`
p { margin: 0; }
.bound { flex-wrap: nowrap; align-items: end; gap: 6px; }
.bound .field { flex: 1; min-width: 0; }
.bound span { padding-bottom: 7px; }
.bound button { padding: 4px 6px; flex: none; min-width: 44px; }
`);

/** Of the section in the administration. */
export const evidenceSheet = new CSSStyleSheet();
evidenceSheet.replaceSync(`
.facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 4px 16px; margin: 0; }
.facts dt { color: var(--dim); }
.facts dd { margin: 0; overflow-wrap: anywhere; }
code { font: 12px ui-monospace, monospace; }
h3 { margin-top: 12px; }
p { margin: 0; }
`);
