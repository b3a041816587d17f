// Styles of the filter bar, which stands in the tab and in a dialog.

import { timeEntryStyle } from '../common/time-entry.js';
import { valueStyle } from '../common/value-label.js';

export const filterSheet = new CSSStyleSheet();
filterSheet.replaceSync(`${valueStyle}${timeEntryStyle}.filter-bar { display: grid; gap: 6px; min-width: 0; }
.filter-bar .line, .chips { display: flex; gap: 6px; align-items: center; flex-wrap: wrap; min-width: 0; }
.chips:empty { display: none; }
.filter-bar .line > svg { color: var(--dim); }
/* What stands at the right end stays together where there is not room for all in one line. */
.filter-bar .more { display: flex; gap: 6px; align-items: center; flex-wrap: wrap; justify-content: flex-end; margin-left: auto; min-width: 0; }
.filter-bar input.text { flex: 1 1 100px; max-width: 180px; }
.filter-bar select { width: auto; max-width: 130px; }
.filter-bar button { white-space: nowrap; padding-inline: 8px; }
.filter-bar .toggle[aria-pressed=true], .filter-bar .saved.used { border-color: var(--accent); background: color-mix(in srgb, var(--accent) 22%, var(--s1)); }
.filter-bar .add { border-style: dashed; }
.filter-bar .saved > span { max-width: 160px; overflow: hidden; text-overflow: ellipsis; }
.chip { display: inline-flex; align-items: center; min-height: 28px; border: 1px solid var(--accent); border-radius: 14px; max-width: 420px;
  background: color-mix(in srgb, var(--accent) 14%, var(--s1)); position: relative; }
.chip .says { border: 0; background: none; min-height: 26px; padding: 0 2px 0 10px; display: inline-flex; gap: 6px; align-items: center; min-width: 0; border-radius: 14px; }
.chip .says b { font-weight: 600; overflow: hidden; text-overflow: ellipsis; }
.chip .quiet { min-width: 26px; min-height: 26px; border-radius: 14px; }
.popover { position: fixed; inset: auto; margin: 0; padding: 12px; min-width: 220px; max-width: 380px; overflow: auto;
  color: var(--text); background: var(--s2); border: 1px solid var(--line); border-radius: 4px; box-shadow: 0 8px 32px rgb(0 0 0 / .5); }
.popover h3 { margin: 0 0 8px; }
.menu { display: grid; gap: 2px; }
.menu button { border: 0; background: none; justify-content: flex-start; min-height: 28px; }
.menu button:hover, .menu button:focus-visible { background: var(--s3); }
.options { display: grid; gap: 2px; }
.option { display: flex; gap: 8px; align-items: center; min-height: 28px; cursor: pointer; }
.option input { flex: none; accent-color: var(--accent); width: 16px; height: 16px; margin: 0; }
.quick { display: grid; grid-template-columns: 1fr 1fr; gap: 6px; }
.end { justify-content: flex-end; }
.grow { flex: 1; }
`);
