// Look of a live picture and of what is said over it; goes on top of the common sheet and its colours.

export const sheet = new CSSStyleSheet();
sheet.replaceSync(`
:host {
  display: block; position: relative; overflow: hidden; width: 100%; height: 100%; container-type: size;
  background: #000;
}
.stage, .controls { position: absolute; inset: 0; }
.controls { pointer-events: none; }
.controls > * { pointer-events: auto; }
/* A click is for the view item: some browsers would give the keyboard to the video. */
video { position: absolute; inset: 0; width: 100%; height: 100%; object-fit: contain; pointer-events: none; }
.veil {
  position: absolute; inset: 0; display: grid; place-content: center; justify-items: center; gap: 4px;
  padding: 12px; text-align: center; overflow-wrap: anywhere;
  background: color-mix(in srgb, var(--s0) 92%, transparent);
}
.veil p { margin: 0; max-width: 46ch; }
.title { font-size: 15px; font-weight: 600; }
.detail { color: var(--dim); }
.veil svg { width: 32px; height: 32px; }
:host(:not([data-state=live])) .badges { display: none; }
:host([data-state=connecting]) .veil { background: var(--s1); color: var(--dim); }
:host([data-state=lost]) .veil :is(svg, .title), :host([data-state=unsupported]) .veil :is(svg, .title) {
  color: var(--amber);
}
:host([data-state=live]) .veil {
  inset: auto 0 0 0; padding: 4px 8px; place-content: start; justify-items: start; text-align: start;
}
:host([data-state=live]) .veil :is(svg, .title), :host([data-state=live]) .veil:not(.told) { display: none; }
/* Of sixteen: what it is, and how it begins; the rest is told on the pointer. */
@container (max-height: 160px) {
  .veil { padding: 4px 6px; gap: 0; align-content: start; }
  .veil svg { width: 16px; height: 16px; }
  .title { font-size: 13px; }
  .detail { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; font-size: 12px; }
}
.bar {
  position: absolute; left: 6px; bottom: 6px; display: flex; align-items: center; gap: 2px; padding: 2px;
  max-width: calc(100% - 56px); border-radius: 4px; opacity: 0;
  background: color-mix(in srgb, var(--s0) 80%, transparent);
}
:host(:hover) .bar, :host(:focus-within) .bar, .bar:has(:popover-open) { opacity: 1; }
@media (hover: none) { .bar { opacity: 1; } }
.tool { min-width: 28px; min-height: 28px; padding: 4px; border-color: transparent; background: transparent; flex: none; }
.tool[aria-pressed=true], .tool[aria-pressed=true]:hover { background: var(--accent); color: var(--vms-on-accent, #06121f); }
.figures {
  padding: 0 6px; font-size: 12px; color: var(--text); white-space: nowrap; overflow: hidden; text-overflow: ellipsis;
}
.camera { padding: 0 6px; font-weight: 600; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
:host(:not(:fullscreen)) .camera { display: none; }
@container (max-width: 340px) { .figures { display: none; } }
@container (max-width: 220px) { .tool { min-width: 24px; min-height: 24px; } .bar { gap: 0; left: 2px; bottom: 2px; } }
.menu {
  inset: auto; margin: 0; padding: 4px; max-width: 320px; max-height: 50vh; overflow: auto; color: var(--text);
  background: var(--s1); border: 1px solid var(--line); border-radius: 4px;
}
.menu p { margin: 4px 8px; }
.menu button { display: block; width: 100%; text-align: start; border-color: transparent; background: transparent; overflow-wrap: anywhere; }
.pad { position: absolute; inset: 0; touch-action: none; cursor: crosshair; }
.pad:focus-visible { outline-offset: -3px; }
.cross, .mark { position: absolute; left: 50%; top: 50%; translate: -50% -50%; border-radius: 50%; pointer-events: none; }
.cross { width: 22px; height: 22px; border: 1.5px solid #fff; outline: 1.5px solid rgb(0 0 0 / .6); }
.mark { width: 12px; height: 12px; background: var(--accent); outline: 1.5px solid rgb(0 0 0 / .6); }
.zoom {
  position: absolute; right: 6px; top: 6px; display: grid; gap: 2px; border-radius: 4px;
  background: color-mix(in srgb, var(--s0) 80%, transparent);
}
`);
