// Styles of the sections of the administration.

import { timeEntryStyle } from '../common/time-entry.js';
import { valueStyle } from '../common/value-label.js';

export const adminSheet = new CSSStyleSheet();
adminSheet.replaceSync(`
:host { display: block; max-width: 1080px; }
${valueStyle}${timeEntryStyle}svg { flex: none; }
p { margin: 0; }
.section { display: grid; gap: 12px; }
.banner { display: flex; gap: 8px; padding: 8px 12px; border: 1px solid currentColor; border-radius: 4px; align-items: center; flex-wrap: wrap; }
.banner span { flex: 1 1 320px; } .amber { color: var(--amber); } .green { color: var(--green); }
.banner button { color: var(--text); }
.tabs { display: flex; border-bottom: 1px solid var(--s3); flex-wrap: wrap; }
.tabs button { border: 0; border-bottom: 2px solid transparent; border-radius: 0; background: none; min-height: 36px; color: var(--dim); }
.tabs button[aria-selected=true] { color: var(--text); border-bottom-color: var(--accent); }
.panel { display: grid; gap: 12px; align-content: start; min-height: 180px; }
.values { table-layout: fixed; }
.values td, .values th { overflow: visible; padding: 2px 6px; height: 36px; }
.values .order { width: 68px; } .values .look { width: 236px; } .values .default { width: 64px; text-align: center; }
.values .closes { width: 60px; text-align: center; } .values .used { width: 76px; text-align: right; } .values .actions { width: 190px; text-align: right; }
.values td.look > div, .values td.order > div { display: flex; gap: 6px; align-items: center; }
.values td.look .value { width: 20px; flex: none; justify-content: center; }
.values select { min-width: 0; padding: 2px 4px; min-height: 28px; }
.values input[type=text] { min-height: 28px; }
.values button { min-height: 28px; }
.values tr.retired input[type=text] { color: var(--dim); }
input[type=checkbox], input[type=radio] { width: 18px; height: 18px; accent-color: var(--accent); margin: 0; }
label.check { display: inline-flex; gap: 8px; align-items: center; min-height: 28px; color: var(--text); }
fieldset { border: 1px solid var(--s3); border-radius: 4px; margin: 0; padding: 8px 12px 12px; display: grid; gap: 8px; min-width: 0; overflow-wrap: anywhere; }
legend { padding: 0 4px; font-weight: 600; }
.choices { display: flex; flex-wrap: wrap; gap: 4px 20px; }
.category { border: 1px solid var(--s3); border-radius: 4px; padding: 12px; display: grid; gap: 12px; }
.category.off { border-style: dashed; }
.category .head { display: grid; grid-template-columns: minmax(160px, 240px) minmax(160px, 1fr) auto auto; gap: 12px; align-items: end; }
.kinds { display: grid; grid-template-columns: repeat(auto-fill, minmax(300px, 1fr)); gap: 12px; }
.kinds .field { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 10px; align-items: center; }
.bar { display: flex; gap: 8px; align-items: center; padding: 8px 12px; border-top: 1px solid var(--s3); position: sticky; bottom: 0; background: var(--s1); z-index: 1; }
/* What a refusal says shows above the bar, however long the page. */
.notes { position: sticky; bottom: 49px; background: var(--s0); z-index: 1; }
.bar .state { flex: 1; display: flex; gap: 6px; align-items: center; color: var(--dim); }
.bar .state.unsaved { color: var(--amber); }
.logo { display: flex; gap: 16px; align-items: center; }
.logo img { max-width: 240px; max-height: 80px; background: #fff; padding: 6px; border-radius: 4px; }
.days { width: 110px !important; }
.by-type { display: grid; grid-template-columns: repeat(auto-fill, minmax(230px, 1fr)); gap: 6px 20px; }
.inline { display: flex; gap: 8px; align-items: center; flex-wrap: wrap; min-height: 32px; }
.narrow-table { max-width: 560px; }
.filters { display: grid; grid-template-columns: 150px 1fr 1fr 250px 250px; gap: 8px; align-items: start; margin: 0; }
.filters div.field { display: grid; gap: 4px; }
.filters p { margin: 0; }
.log { table-layout: fixed; }
.log .number { width: 56px; } .log .at { width: 150px; } .log .who { width: 170px; }
.log td { vertical-align: top; height: auto; padding-block: 6px; white-space: normal; overflow-wrap: anywhere; }
.log td.at { white-space: nowrap; }
.wrap { white-space: normal; overflow-wrap: anywhere; }
.binned { table-layout: fixed; }
.binned .id { width: 48px; } .binned .deleted { width: 150px; } .binned .goes { width: 146px; } .binned .reason { width: 160px; } .binned .actions { width: 322px; text-align: right; }
.binned td { height: auto; padding-block: 6px; vertical-align: top; }
.binned td.actions { white-space: nowrap; }
.actions .row { justify-content: flex-end; flex-wrap: nowrap; }
pre { margin: 0; padding: 8px 12px; background: var(--s0); border: 1px solid var(--s3); border-radius: 4px; overflow: auto; font: 12px/1.5 ui-monospace, monospace; }
code { font: 12px/1.5 ui-monospace, monospace; overflow-wrap: anywhere; }
ul.changes { margin: 0; padding-left: 20px; max-height: 40vh; overflow: auto; }
.links { display: flex; flex-wrap: wrap; gap: 4px; }
.links button { min-height: 26px; padding: 0 8px; }
.section { grid-template-columns: minmax(0, 1fr); }
/* Where there is not room for all columns a table is as wide as they need, and scrolls by itself. */
@media (max-width: 900px) {
  .values, .binned { display: block; overflow-x: auto; }
  .values input[type=text] { min-width: 160px; } .values select { min-width: 84px; }
  .binned td:nth-child(2) { min-width: 180px; } .binned td:is(:nth-child(3), :nth-child(5)) { min-width: 142px; }
  .filters { grid-template-columns: 1fr 1fr; } .category .head { grid-template-columns: 1fr; }
}
`);
