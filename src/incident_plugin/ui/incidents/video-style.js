// Styles of the two large windows.

export const videoSheet = new CSSStyleSheet();
videoSheet.replaceSync(`
/* As wide as lets the picture have the height that is left. */
dialog.wide { --beside: 260px; --picture: max(200px, 90vh - 250px); width: min(97vw, max(1080px, var(--picture) * 16 / 9 + var(--beside) + 48px)); }
.window { display: grid; grid-template-columns: minmax(0, 1fr) var(--beside); gap: 16px; }
.main { display: grid; gap: 8px; min-width: 0; }
.stage { background: #000; aspect-ratio: 16 / 9; max-height: var(--picture); width: 100%; display: grid; overflow: hidden; }
.stage > *, figure > incident-playback { width: 100%; height: 100%; min-width: 0; min-height: 0; }
.stage.several { max-height: calc(var(--picture) - 48px); grid-template-columns: repeat(auto-fit, minmax(34%, 1fr)); gap: 2px; }
figure { margin: 0; position: relative; overflow: hidden; }
figcaption { position: absolute; left: 0; top: 0; padding: 2px 6px; background: rgb(0 0 0 / .6); color: #fff; }
.facts { display: grid; gap: 4px; }
.several + .facts { grid-template-columns: 1fr 1fr; gap: 4px 16px; }
.fact .row { gap: 4px 16px; }
.bar { position: relative; height: 6px; background: var(--s3); border-radius: 2px; overflow: hidden; }
.bar span { position: absolute; top: 0; bottom: 0; }
.bar .recorded { background: var(--accent); }
.bar .gap { background: repeating-linear-gradient(135deg, var(--amber) 0 3px, var(--s0) 3px 6px); }
.lists { display: flex; flex-direction: column; gap: 8px; min-height: 0; }
.others { flex: 0 1 auto; min-height: 72px; overflow: auto; }
input[type=range] { width: 100%; min-height: 24px; }
.at { font-size: 15px; margin-left: 8px; }
/* As tall as the picture and its controls, however many sequences there are. */
aside { display: flex; flex-direction: column; gap: 8px; justify-content: flex-end; height: 0; min-height: 100%; }
aside h3 { margin: auto 0 0; }
aside label.row { min-height: 24px; }
.choices { flex: 0 1 auto; min-height: 96px; overflow: auto; border: 1px solid var(--s3); border-radius: 4px; }
[role=option] { padding: 6px 8px; cursor: pointer; border-left: 3px solid transparent; }
[role=option]:hover { background: var(--s2); }
[role=option][aria-selected=true] { background: var(--s3); border-left-color: var(--accent); }
.ellipsis { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
label.row { cursor: pointer; }
@media (forced-colors: active) { .bar, .bar span { forced-color-adjust: none; } }
/* At 200 % of the smallest window: the picture, and what plays it. */
@media (max-height: 480px) { dialog.wide { --picture: max(120px, 90vh - 190px); padding-block: 8px; } dialog.wide header { margin-bottom: 4px; } }
@media (max-width: 900px) { .window { grid-template-columns: 1fr; } aside { height: auto; } .choices { max-height: 40vh; } }
`);

export const reportSheet = new CSSStyleSheet();
reportSheet.replaceSync(`
.paper { height: calc(90vh - 170px); min-height: 240px; border: 1px solid var(--s3); border-radius: 4px; overflow: hidden; }
.paper.focused { outline: 2px solid var(--accent); outline-offset: 1px; }
.paper iframe { width: 100%; height: 100%; border: 0; }
.making { display: grid; justify-items: center; align-content: center; gap: 12px; height: 100%; }
.making p, .banner ul { margin: 0; }
.making progress { width: min(360px, 80%); accent-color: var(--accent); }
.banner summary { cursor: pointer; }
.banner ul { padding-left: 20px; max-height: 96px; overflow: auto; color: var(--text); }
.row.wrap { flex-wrap: wrap; }
.row.wrap select { width: auto; }
.grow { flex: 1; }
.amber { color: var(--amber); }
.banner { display: flex; gap: 8px; margin: 0; }
.skeleton { display: grid; gap: 12px; padding: 24px; }
.skeleton div { height: 14px; border-radius: 4px; background: var(--s3); }
.skeleton div:nth-child(3n) { width: 60%; }
`);
