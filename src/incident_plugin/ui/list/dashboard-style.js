// Styles of the dashboard, on the screen and on paper.

export const dashboardSheet = new CSSStyleSheet();
dashboardSheet.replaceSync(`
.dashboard { height: 100%; display: grid; grid-template-rows: auto minmax(0, 1fr); }
.dashboard > .bar { display: grid; gap: 8px; }
.dashboard select { width: auto; }
.board { overflow: auto; padding: 12px; min-height: 0; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(320px, 1fr)); gap: 12px; align-items: start; }
.cards > .empty, .cards > .skeleton { grid-column: 1 / -1; }
.card { background: var(--s1); border: 1px solid var(--s3); border-radius: 4px; padding: 12px; min-width: 0; }
.card.wide { grid-column: 1 / -1; }
.card table { max-height: 320px; }
.card td.number, .card th.number { text-align: right; width: 90px; }
.card a { color: inherit; }
.chart-bars { list-style: none; margin: 0; padding: 0; display: grid; gap: 2px; }
.chart-bars a { display: grid; grid-template-columns: minmax(90px, 36%) minmax(0, 1fr) 92px; gap: 8px; align-items: center; min-height: 26px; text-decoration: none; border-radius: 4px; }
.chart-bars a:hover { background: var(--s2); }
.chart-bars .name { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.chart-bars .number { text-align: right; color: var(--dim); font-size: 12px; }
.bar-line { width: 100%; height: 12px; }
.fill { fill: var(--value, var(--accent)); }
.trend, .heat { width: 100%; height: auto; display: block; }
.trend { max-height: 300px; }
.heat { max-height: 340px; }
.axis line { stroke: var(--s3); stroke-width: 1; }
.axis text, .axis-text { fill: var(--dim); font-size: 11px; }
.hit { fill: transparent; }
a:hover .hit { fill: var(--s2); }
.hollow { fill: none; stroke: var(--s3); }
.in { fill: var(--text); font-size: 12px; }
.in.strong { fill: var(--vms-on-accent, #06121f); }
svg a:focus-visible { outline: none; }
svg a:focus-visible rect { stroke: var(--text); stroke-width: 2; }
@media (forced-colors: active) {
  .axis text, .axis-text, .in { fill: CanvasText; }
}
@media print {
  .dashboard { height: auto; display: block; }
  .board { overflow: visible; padding: 0; }
  .dashboard button, .dashboard .filter-bar .line > :is(button, input, select, svg) { display: none; }
  .card { break-inside: avoid; border-color: #999; background: none; color: #000; }
  .cards { grid-template-columns: 1fr 1fr; }
  .fill, .hollow { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .axis text, .axis-text, .in { fill: #000; }
}
`);
