// Styles of recorder administration.

export const recordersSheet = new CSSStyleSheet();
recordersSheet.replaceSync(`
:host { display: block; }
.page { display: grid; gap: 12px; max-width: 1100px; }
.head { display: flex; gap: 8px; align-items: center; }
.grow { flex: 1; }
.amber { color: var(--amber); }
svg { flex: none; }
.banner { display: flex; gap: 8px; margin: 0; padding: 8px 12px; border: 1px solid currentColor; border-radius: 4px; align-items: center; }
.skeleton { display: grid; gap: 18px; padding: 12px 8px; }
.skeleton div { height: 14px; border-radius: 4px; background: var(--s2); }
.center { justify-content: center; }
.list { display: grid; gap: 8px; }
.recorder { background: var(--s1); border: 1px solid var(--s3); border-radius: 4px; padding: 12px; display: grid; gap: 4px; min-width: 0; }
.recorder header { display: flex; gap: 12px; align-items: center; min-height: 32px; min-width: 0; flex-wrap: wrap; }
.recorder h3 { margin: 0; font-size: 15px; overflow-wrap: anywhere; }
.facts { display: flex; flex-wrap: wrap; gap: 4px 16px; color: var(--dim); }
.facts code { color: var(--text); font: 12px ui-monospace, monospace; overflow-wrap: anywhere; }
.state { display: inline-flex; gap: 6px; align-items: center; font-weight: 600; white-space: nowrap; }
.passed, .well { color: var(--green); } .warning { color: var(--amber); } .failed, .fault { color: var(--red); }
.running { color: var(--accent); } .skipped, .unknown { color: var(--dim); }
p { margin: 0; overflow-wrap: anywhere; }
.fields { display: grid; grid-template-columns: 1fr 1fr; gap: 12px; }
.fields > .whole { grid-column: 1 / -1; }
@media (max-width: 640px) { .fields { grid-template-columns: 1fr; } }
.hint { font-size: 12px; color: var(--dim); }
fieldset { border: 1px solid var(--s3); border-radius: 4px; margin: 0; padding: 8px 12px; display: grid; gap: 8px; }
fieldset label { display: flex; gap: 8px; align-items: center; }
.walk { display: grid; gap: 8px; margin-top: 16px; border-top: 1px solid var(--s3); padding-top: 12px; }
.walk ol { list-style: none; margin: 0; padding: 0; display: grid; }
.walk li { display: grid; grid-template-columns: 16px 110px 1fr auto; gap: 4px 8px; padding: 6px 0; border-bottom: 1px solid var(--s2); align-items: start; }
.walk li > svg { margin-top: 1px; }
.walk .said { display: grid; gap: 4px; min-width: 0; }
.walk .took { color: var(--dim); font-size: 12px; }
.walk code { font: 12px ui-monospace, monospace; color: var(--dim); overflow-wrap: anywhere; user-select: text; }
.walk:not(.engineer) code { display: none; }
.walk .row { min-height: 32px; }
.found td { white-space: normal; height: auto; padding-block: 6px; }
td.id { font: 12px ui-monospace, monospace; white-space: normal; overflow-wrap: anywhere; height: auto; padding-block: 6px; }
`);
