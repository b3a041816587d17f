// How the icon on a view item and its popover look.

export const addSheet = new CSSStyleSheet();
addSheet.replaceSync(`
:host { display: inline-block; position: relative; }
:host([hidden]) { display: none; }
.icon { position: relative; min-width: 32px; padding: 4px; background: color-mix(in srgb, var(--s1) 82%, transparent); }
.icon.active { border-color: var(--accent); color: var(--accent); }
.badge { position: absolute; top: -4px; right: -4px; width: 8px; height: 8px; border-radius: 50%; background: var(--accent); border: 2px solid var(--s0); }
.hint { position: absolute; right: 0; bottom: calc(100% + 8px); width: max-content; max-width: 240px; display: flex; gap: 4px;
  align-items: start; padding: 6px 4px 6px 8px; border-radius: 4px; background: var(--s1); border: 1px solid var(--accent); font-size: 12px; }
.hint button { min-height: 24px; min-width: 24px; padding: 0; }
.popup { position: fixed; inset: auto; margin: 0; padding: 4px; border: 1px solid var(--line); border-radius: 4px;
  background: var(--s1); color: var(--text); min-width: 240px; max-width: min(360px, 94vw); box-shadow: 0 4px 16px rgb(0 0 0 / .5); }
.popup[role=dialog] { padding: 12px; }
.entry { display: flex; width: 100%; justify-content: flex-start; border-color: transparent; background: transparent; white-space: nowrap; }
.popup > p { margin: 8px; white-space: normal; }
.popup[role=dialog] > p { margin: 8px 0 0; }
dl { display: grid; grid-template-columns: auto 1fr auto; gap: 4px 12px; margin: 0; align-items: center; }
dt { color: var(--dim); } dd { margin: 0; }
dl .quiet { color: var(--accent); padding: 0 4px; }
.ends { display: flex; gap: 8px; margin-top: 8px; }
.ends figure { margin: 0; flex: 1; }
.ends img { display: block; width: 100%; height: auto; aspect-ratio: 16 / 9; object-fit: cover; background: var(--s3); border-radius: 2px; }
label.row { margin-top: 8px; cursor: pointer; }
footer { display: flex; justify-content: flex-end; gap: 8px; margin-top: 12px; }
`);
