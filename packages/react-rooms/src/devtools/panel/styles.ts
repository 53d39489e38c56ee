/** The panel's own styles. Sizes in px: the page may have changed what a rem is. */
export const styles = `
:host {
  all: initial !important;
  color-scheme: light dark !important;
  --paper: light-dark(#fbfaf7, #171614);
  --raised: light-dark(#ffffff, #211f1c);
  --sunken: light-dark(#f0ede6, #100f0e);
  --line: light-dark(#ddd7ca, #38342d);
  --rim: light-dark(#b9b09f, #57514a);
  --edge: light-dark(#8b8373, #7d7566);
  --ink: light-dark(#211e18, #f2ede2);
  --muted: light-dark(#635c4f, #aca494);
  --green: light-dark(#0d6b5c, #62cdb5);
  --green-soft: light-dark(#dcece6, #17332d);
  --ember: light-dark(#93450e, #f0a065);
  --sky: light-dark(#1d5691, #8fc1f5);
  --alarm: light-dark(#a62a1c, #ff9c8d);
  --alarm-soft: light-dark(#fbe2dd, #421d17);
  --sans: system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif;
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace;
}
:host([theme='light']) { color-scheme: light !important; }
:host([theme='dark']) { color-scheme: dark !important; }
:host([embedded]) { display: block !important; height: 100% !important; }

*, *::before, *::after { box-sizing: border-box; }
h2, h3, h4, p, ul, ol, dl, dd, pre { margin: 0; padding: 0; }
ul, ol { list-style: none; }
button, input, select { font: inherit; color: inherit; }
:focus-visible { outline: 2px solid var(--green); outline-offset: 1px; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

.mark { flex: none; width: 18px; height: 18px; }
.mark path { stroke: var(--green); }
.mark .door { stroke: light-dark(#d9691e, #f0945a); }

.launcher {
  position: fixed; z-index: 2147483000; display: grid; place-items: center; width: 40px; height: 40px; padding: 0;
  border: 1px solid var(--line); border-radius: 12px; background: var(--raised); box-shadow: 0 2px 10px rgb(0 0 0 / 0.18); cursor: pointer;
}
.launcher:hover { border-color: var(--green); }
.launcher .mark { width: 22px; height: 22px; }
.launcher .dot { position: absolute; right: 4px; bottom: 4px; width: 9px; height: 9px; border: 1.5px solid var(--raised); }
.top-left { top: 14px; left: 14px; }
.top-right { top: 14px; right: 14px; }
.bottom-left { bottom: 14px; left: 14px; }
.bottom-right { bottom: 14px; right: 14px; }

.dot { display: inline-block; flex: none; width: 8px; height: 8px; border-radius: 50%; background: var(--edge); }
.good .dot, .dot.good { background: light-dark(#1d8a5f, #4cc38a); }
.wait .dot, .dot.wait { background: light-dark(#b86a00, #f0a83c); border-radius: 2px; }
.bad .dot, .dot.bad { background: light-dark(#c23a29, #ff7b69); border-radius: 0; rotate: 45deg; }
.status { display: inline-flex; align-items: center; gap: 5px; white-space: nowrap; }
.status.bad { color: var(--alarm); }

.panel, .failed { color: var(--ink); background: var(--paper); font: 12px/1.5 var(--sans); text-align: start; }
.panel { display: flex; flex-direction: column; min-height: 0; height: 100%; container: panel / inline-size; }
.floating, .failed { position: fixed; z-index: 2147483000; inset: auto 0 0; border-top: 1px solid var(--edge); box-shadow: 0 -6px 24px rgb(0 0 0 / 0.14); }
.floating { min-height: 160px; max-height: 90dvh; }
.failed { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 16px; padding: 10px 12px; }
.resizer { position: absolute; inset: -4px 0 auto; height: 8px; cursor: ns-resize; touch-action: none; }
.resizer:hover { background: linear-gradient(transparent 3px, var(--green) 3px 5px, transparent 5px); }
.resizer:focus-visible { outline: none; background: linear-gradient(transparent 3px, var(--green) 3px 6px, transparent 6px); }

.head { display: grid; grid-template-columns: auto 1fr auto auto; align-items: center; gap: 6px 14px; padding: 7px 8px 7px 12px; }
.title { display: flex; align-items: center; gap: 6px; font-size: 13px; font-weight: 650; }
.summary { display: flex; gap: 0 10px; min-width: 0; }
.word { color: var(--muted); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.close { width: 28px; height: 28px; padding: 0; border: 0; border-radius: 6px; background: none; color: var(--muted); font-size: 20px; line-height: 1; cursor: pointer; }
.close:hover { background: var(--sunken); color: var(--ink); }

.faults, .bar { display: flex; flex-wrap: wrap; align-items: center; gap: 6px; }
.button, .field, .bar select, .bar input { height: 26px; border: 1px solid var(--rim); border-radius: 6px; background: var(--raised); }
.button { padding: 0 9px; font-weight: 550; white-space: nowrap; cursor: pointer; }
.button:hover:not(:disabled, .on) { border-color: var(--green); color: var(--green); }
.button:disabled, .field:has(:disabled) { color: var(--muted); background: var(--sunken); cursor: default; }
.button.on { border-color: var(--alarm); background: var(--alarm-soft); color: var(--alarm); }
.field { border-color: var(--edge); display: inline-flex; align-items: center; gap: 5px; padding: 0 8px; font-weight: 550; }
.field input { width: 52px; height: 100%; padding: 0; border: 0; background: none; font-family: var(--mono); text-align: end; appearance: textfield; }
.field:focus-within { outline: 2px solid var(--green); outline-offset: 1px; }
.field input:focus-visible { outline: none; }
.bar { padding: 6px 12px; border-bottom: 1px solid var(--line); }
.bar select { max-width: 220px; padding: 0 4px; border-color: var(--edge); }
.bar input { border-color: var(--edge); flex: 1 1 110px; min-width: 80px; max-width: 320px; padding: 0 8px; }
.bar ::placeholder { color: var(--muted); opacity: 1; }
.tally { margin-inline-start: auto; color: var(--muted); font-variant-numeric: tabular-nums; }

.notice { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 12px; padding: 6px 12px; border-top: 1px solid var(--line); background: var(--green-soft); }

.tabs { display: flex; gap: 2px; padding: 0 8px; border-bottom: 1px solid var(--line); overflow-x: auto; scrollbar-width: none; }
.tabs button { flex: none; height: 30px; padding: 0 8px; border: 0; border-bottom: 2px solid transparent; background: none; color: var(--muted); font-weight: 550; cursor: pointer; }
.tabs button:hover { color: var(--ink); }
.tabs button[aria-selected='true'] { border-color: var(--green); color: var(--ink); }
.tabs button:focus-visible { outline-offset: -2px; }
.count { display: inline-block; min-width: 17px; margin-inline-start: 5px; padding: 0 5px; border-radius: 9px; background: var(--sunken); color: var(--muted); font-size: 11px; text-align: center; font-variant-numeric: tabular-nums; }
.tab-panel { flex: 1; min-height: 0; display: flex; flex-direction: column; background: var(--raised); }

.timeline { display: flex; flex-direction: column; flex: 1; min-height: 0; }
.entries { flex: 1; min-height: 0; overflow-y: auto; scroll-padding-top: 23px; overscroll-behavior: contain; font: 12px/18px var(--mono); }
.entries li { border-bottom: 1px solid var(--sunken); content-visibility: auto; contain-intrinsic-size: auto 23px; }
.entry {
  display: grid; grid-template-columns: 90px 14px 76px minmax(80px, 1fr) minmax(80px, 2.5fr) 56px minmax(60px, 1fr); gap: 0 10px; align-items: baseline;
  width: 100%; padding: 2px 12px; border: 0; background: none; text-align: start; font: inherit;
}
.entry > * { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.columns { position: sticky; top: 0; z-index: 1; border-bottom: 1px solid var(--line); background: var(--paper); color: var(--muted); font-family: var(--sans); }
button.entry { cursor: pointer; }
button.entry:hover { background: var(--sunken); }
button.entry[aria-expanded='true'] { background: var(--green-soft); }
button.entry:focus-visible { outline-offset: -2px; }
.time, .room, .origin, .age, .bytes, .id { color: var(--muted); }
.way { text-align: center; }
.way.in { color: var(--green); }
.way.out { color: var(--ember); }
.type { color: var(--muted); }
.type.event, .type.joined, .type.welcome { color: var(--green); }
.type.publish, .type.join { color: var(--ember); }
.type.signal { color: var(--sky); }
.type.error, .type.bye, .type.left, .type.reset, .type.unreadable { color: var(--alarm); }
.offset { text-align: end; font-variant-numeric: tabular-nums; }
.queue .entry { grid-template-columns: minmax(80px, 1fr) minmax(80px, 1.5fr) minmax(120px, 1fr) 60px 70px minmax(60px, 1fr); }
.age, .bytes { text-align: end; }
.payload {
  max-height: 240px; margin: 0; padding: 8px 12px; overflow: auto; overscroll-behavior: contain; border-inline-start: 3px solid var(--green);
  background: var(--sunken); color: var(--ink); white-space: pre-wrap; overflow-wrap: anywhere; tab-size: 2;
}
.payload:focus-visible { outline-offset: -2px; }
.empty { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 12px; padding: 20px 12px; color: var(--muted); }

.split { flex: 1; min-height: 0; display: grid; grid-template-columns: minmax(220px, 300px) 1fr; }
.rooms { overflow-y: auto; border-inline-end: 1px solid var(--line); }
.room-button { display: grid; grid-template-columns: 1fr auto; gap: 0 10px; width: 100%; padding: 6px 12px; border: 0; border-bottom: 1px solid var(--sunken); background: none; text-align: start; cursor: pointer; }
.room-button:hover { background: var(--sunken); }
.room-button[aria-current='true'] { background: var(--green-soft); }
.room-button:focus-visible { outline-offset: -2px; }
.room-button .name, .position { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-family: var(--mono); }
.room-button .name { font-weight: 600; }
.position, .size { color: var(--muted); }
.size { text-align: end; }

.details { min-width: 0; padding: 10px 12px 14px; overflow-y: auto; }
h3 { font: 600 13px/1.4 var(--mono); overflow-wrap: anywhere; }
h4 { margin-top: 12px; font-size: 12px; font-weight: 650; }
.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(260px, 100%), 1fr)); gap: 2px 24px; margin-top: 6px; }
.facts div { display: grid; grid-template-columns: 96px 1fr; gap: 8px; }
dt { color: var(--muted); }
dd { min-width: 0; overflow-wrap: anywhere; font-family: var(--mono); }
dd .status { font-family: var(--sans); }
.aside { margin-inline-start: 6px; color: var(--muted); font-weight: 400; font-family: var(--sans); }
.scroll { margin-top: 6px; overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-family: var(--mono); }
th, td { max-width: 260px; padding: 3px 12px 3px 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; text-align: start; border-bottom: 1px solid var(--sunken); }
thead th { color: var(--muted); font: 400 12px/1.5 var(--sans); }
th.number, td.number { text-align: end; }
.connections { flex: 1; overflow-y: auto; }
.connections .details { overflow: visible; }
.connections .details + .details { border-top: 1px solid var(--line); }

@container panel (max-width: 900px) {
  .head { grid-template-columns: auto 1fr auto; }
  .faults { grid-row: 2; grid-column: 1 / -1; }
}
@container panel (max-width: 620px) {
  .faults, .bar { flex-wrap: nowrap; overflow-x: auto; scrollbar-width: none; }
  .faults { margin: 0 -8px 0 -12px; padding: 2px 12px; }
  .faults > * { flex: none; }
  .bar select { flex: 1 1 84px; min-width: 84px; }
  .bar input { flex: 1 1 64px; min-width: 64px; }
  .tabs button { padding: 0 6px; }
  .count { margin-inline-start: 3px; }
  .columns { display: none; }
  .entry { grid-template-columns: 14px auto minmax(0, 1fr) auto auto; gap: 0 8px; padding-block: 3px; }
  .entry .way { grid-area: 1 / 1; }
  .entry .type { grid-area: 1 / 2; }
  .entry .what { grid-area: 1 / 3; }
  .entry .time { grid-area: 1 / 4 / 1 / 6; }
  .entry .room { grid-area: 2 / 2 / 2 / 4; }
  .entry .offset { grid-area: 2 / 4; }
  .entry .origin { grid-area: 2 / 5; text-align: end; }
  .word { display: none; }
  .entry .room:empty, .entry .what:empty, .entry .origin:empty, .entry .offset:empty { display: none; }
  .queue .entry { grid-template-columns: minmax(0, 1fr) auto; }
  .queue .entry > * { grid-area: auto; }
  .queue .entry .what, .queue .entry .age { text-align: end; }
  .queue .entry .bytes, .queue .entry .id { display: none; }
  .split { display: block; overflow-y: auto; }
  .rooms { max-height: 132px; border-inline-end: 0; border-bottom: 1px solid var(--edge); }
  .details { overflow: visible; }
}
@container panel (max-width: 400px) {
  .tally { display: none; }
}
`
