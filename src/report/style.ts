/** The one style sheet of an HTML report: system fonts, light and dark, wide and narrow, screen and paper. */
export const STYLE = `
:root{--page:#fff;--ink:#1a1d21;--faint:#56606b;--line:#d4d9de;--shade:#f4f6f8;--accent:#1d5fa8;--good:#1b6b43;--warn:#8a4200;--warn-page:#fff4e5}
@media (prefers-color-scheme:dark){:root{--page:#14171a;--ink:#e8eaed;--faint:#a3adb8;--line:#353c43;--shade:#1d2226;--accent:#7db5f2;--good:#6fd3a0;--warn:#ffc37a;--warn-page:#33240f}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:76rem;padding:1.5rem;background:var(--page);color:var(--ink);font:1rem/1.5 system-ui,sans-serif}
h1{font-size:1.6rem;line-height:1.25;margin:0 0 1rem;overflow-wrap:anywhere}
h2{scroll-margin-top:4rem;font-size:1.15rem;margin:2rem 0 .5rem;padding-top:.5rem;border-top:1px solid var(--line)}
p{max-width:60rem;overflow-wrap:anywhere}
a{color:var(--accent)}
a:focus-visible,.wide:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
nav ol{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;margin:0;padding:0;list-style:none;font-size:.9rem}
.warning{margin:1rem 0;padding:.6rem .9rem;border-left:4px solid var(--warn);background:var(--warn-page);color:var(--warn)}
.wide{overflow-x:auto;margin:.5rem 0 1rem}
table{border-collapse:collapse;width:100%;font-size:.92rem}
th,td{padding:.3rem .7rem .3rem 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
th{font-weight:600;color:var(--faint);white-space:nowrap}
td{overflow-wrap:break-word;font-variant-numeric:tabular-nums}
td.long{overflow-wrap:anywhere;min-width:10rem}
.time{white-space:nowrap}
pre{margin:.5rem 0 1rem;white-space:pre-wrap;overflow-wrap:anywhere;padding:.7rem .9rem;background:var(--shade);border-radius:4px;font:.85rem/1.45 ui-monospace,monospace}
code{font-family:ui-monospace,monospace;font-size:.92em}
ul{padding-left:1.2rem}
.now{position:sticky;top:0;margin:-1.5rem -1.5rem 1rem;padding:.5rem 1.5rem;max-width:none;background:var(--shade);border-bottom:1px solid var(--line);font-size:.92rem;z-index:1}
#link{font-weight:600;margin-right:.5rem}
#link.live{color:var(--good)}
#link.lost{color:var(--warn)}
figure{margin:1rem 0}
figure img{max-width:100%;height:auto}
figcaption{color:var(--faint);font-size:.9rem}
@media (max-width:40rem){body{padding:1rem}.now{margin:-1rem -1rem 1rem;padding:.5rem 1rem}th{white-space:normal}td.time{white-space:normal;min-width:6.5rem}td.long{min-width:8rem}td .time{white-space:normal}}
@media print{body{max-width:none;padding:0;font-size:10pt}table{font-size:8.5pt}pre{font-size:8pt}td .time{white-space:normal}nav,.now{display:none}.wide{overflow:visible}tr,figure,.warning{break-inside:avoid}h2{break-after:avoid}}
`;
