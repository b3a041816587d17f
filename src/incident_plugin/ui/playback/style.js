// How a view item with recorded video looks. What is not the picture of the shown time never looks like one.

export const playbackSheet = new CSSStyleSheet();
playbackSheet.replaceSync(`
:host { display: block; position: relative; width: 100%; height: 100%; background: #000; overflow: hidden; }
/* A click is for the view item: some browsers would give the keyboard to the video. */
video { display: block; width: 100%; height: 100%; object-fit: contain; pointer-events: none; }
:host(:not([data-showing=picture])) video { visibility: hidden; }
.badges { inset: auto 48px 8px 8px; }
:host(:not([data-showing=picture])) .badges { display: none; }
.cover { position: absolute; inset: 0; display: flex; flex-direction: column; align-items: center; justify-content: center;
  gap: 8px; padding: 12px; text-align: center; background: var(--s0); overflow: auto; }
:host([data-showing=picture]) .cover { display: none; }
.cover p { margin: 0; }
.cover > * { max-width: 100%; }
:host([data-showing=failed]) strong { color: var(--red); }
:host([data-showing=gap]) .cover { background: repeating-linear-gradient(135deg, var(--s0) 0 12px, var(--s1) 12px 24px); }
/* A short wait is not worth a word. */
:host([data-showing=loading]) .cover > * { animation: appear 120ms 300ms both; }
/* Found while somebody searches: small, grey and in a frame, for it is not the picture of the shown time. */
.glimpse { position: absolute; inset: 12%; width: 76%; height: 76%; object-fit: contain; filter: grayscale(1); opacity: 0.8; border: 1px dashed var(--s3); pointer-events: none; }
.glimpse[hidden], :host(:not([data-showing=loading])) .glimpse { display: none; }
.skeleton { width: 40%; height: 8px; border-radius: 4px; background: var(--s3); }
@keyframes appear { from { opacity: 0; } }
`);
