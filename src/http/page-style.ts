// The one style sheet of the pages: small, without images or fonts of its own, for light and dark, phone and desktop, either writing direction.

export const pageStyle = `
:root{color-scheme:light dark;--ground:#f3f4f7;--card:#fff;--ink:#161a22;--soft:#525b6b;--line:#d8dce4;--accent:#2f4bd8;--accent-ink:#fff;--quiet:#eceff6;--good:#12723f;--warn:#8a4b00;--warn-ground:#fff4e0}
@media (prefers-color-scheme:dark){:root{--ground:#0e1117;--card:#171b23;--ink:#e9ecf2;--soft:#a3adbd;--line:#2e3542;--accent:#8ea2ff;--accent-ink:#0b1030;--quiet:#222835;--good:#5fd394;--warn:#ffc36b;--warn-ground:#33270f}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;min-block-size:100vh;display:flex;flex-direction:column;background:var(--ground);color:var(--ink);font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;overflow-wrap:anywhere}
header,footer{inline-size:calc(100% - 1.5rem);max-inline-size:34rem;margin-inline:auto;padding:1.25rem clamp(1.25rem,5vw,2.25rem) 0}
header{font-weight:650;letter-spacing:.01em}
footer{padding-block:.5rem 2rem;color:var(--soft);font-size:.85rem}
footer p{margin:.15rem 0}
main{inline-size:calc(100% - 1.5rem);max-inline-size:34rem;margin:1rem auto;padding:clamp(1.25rem,5vw,2.25rem);background:var(--card);border:1px solid var(--line);border-radius:14px}
main.wide,body:has(main.wide) :is(header,footer){max-inline-size:60rem}
h1{font-size:clamp(1.35rem,5.5vw,1.7rem);line-height:1.25;margin:0 0 .75rem;text-wrap:balance}
h2{font-size:1.05rem;margin:1.75rem 0 .5rem}
p{margin:.6rem 0}
a{color:var(--accent)}
.over{margin:0 0 .35rem;color:var(--soft);font-size:.9rem;font-weight:600}
.soft{color:var(--soft);font-size:.92rem}
.facts{display:grid;grid-template-columns:max-content 1fr;gap:.3rem 1rem;margin:1rem 0;padding:.9rem 1rem;background:var(--quiet);border-radius:10px}
.facts dt{color:var(--soft)}
.facts dd{margin:0;font-weight:550}
blockquote{margin:1rem 0;padding-inline-start:.9rem;border-inline-start:3px solid var(--line);color:var(--soft);white-space:pre-wrap}
.note{padding:.7rem .9rem;border-radius:10px;background:var(--warn-ground);color:var(--warn)}
form{margin:1rem 0 0}
label{display:block;font-weight:600;margin:1rem 0 .3rem}
input:not([type=hidden]){inline-size:100%;min-block-size:2.9rem;padding:.5rem .8rem;font:inherit;color:inherit;background:var(--card);border:1px solid var(--soft);border-radius:9px}
input.code{font-size:1.3rem;letter-spacing:.18em;font-variant-numeric:tabular-nums}
button,.button{display:block;inline-size:100%;min-block-size:2.9rem;margin-block-start:1rem;padding:.65rem 1rem;font:inherit;font-weight:650;text-align:center;text-decoration:none;cursor:pointer;border:1px solid var(--accent);border-radius:9px;background:var(--accent);color:var(--accent-ink)}
button.quiet,.button.quiet{background:transparent;color:var(--accent);border-color:var(--line)}
form.plain{margin-block-start:.1rem}
button.link{min-block-size:2.75rem;padding-block:.4rem;border-color:transparent;background:transparent;color:var(--soft);font-weight:500;text-decoration:underline;text-underline-offset:.2em}
.rule{margin:1.75rem 0 0;border:0;border-block-start:1px solid var(--line)}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
ul{padding-inline-start:1.1rem}
table{inline-size:100%;border-collapse:collapse;font-size:.92rem}
th,td{text-align:start;vertical-align:top;padding:.5rem .6rem .5rem 0;border-block-end:1px solid var(--line)}
pre{white-space:pre-wrap;font:.9rem/1.5 ui-monospace,Menlo,Consolas,monospace;margin:.5rem 0}
@media (min-width:40rem){body{justify-content:flex-start}header{padding-block-start:9vh}}
@media (forced-colors:active){main,button,.button{border:1px solid}}
`
