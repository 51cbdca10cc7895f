/** The style of all public pages. Colours and fonts are variables of the theme. What has the focus scrolls clear of the
 *  bar that sticks to the bottom (WCAG 2.2, 2.4.11). */
export const sheet = `
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
html:has(.bar){scroll-padding-bottom:6rem}
body{margin:0;min-height:100vh;min-height:100dvh;display:flex;flex-direction:column;background:var(--paper);color:var(--ink);font:1.0625rem/1.6 var(--text);overflow-wrap:break-word}
.column{width:100%;max-width:38rem;margin-inline:auto;padding-inline:1.25rem}
a{color:var(--accent);text-decoration-thickness:.06em;text-underline-offset:.18em}
a:hover{text-decoration-thickness:.12em}
:focus-visible{outline:3px solid var(--accent);outline-offset:3px;border-radius:2px}
.skip{position:absolute;left:-100vw}
.skip:focus{left:1rem;top:1rem;padding:.5rem 1rem;background:var(--field)}

.masthead{padding-block:1.75rem 0}
.masthead div{display:flex;align-items:center;gap:.75rem;padding-bottom:.9rem;border-bottom:3px double var(--line)}
.masthead p{margin:0;font:600 1.125rem/1.25 var(--heads);letter-spacing:.01em}
.masthead img{display:block;max-height:2.75rem;max-width:12rem}
main{flex:1 0 auto;padding-block:clamp(2rem,7vw,3.75rem) 3.5rem}
main:focus,.notice:focus{outline:none}
footer{color:var(--soft);font-size:.9rem;line-height:1.5}
footer>div{padding-block:1.1rem 2rem;border-top:1px solid var(--line);display:flex;flex-wrap:wrap;gap:.35rem 1.5rem}
footer a{color:inherit}
footer address{font-style:normal;flex-basis:100%}

h1{margin:0 0 1rem;font:600 clamp(1.85rem,6.5vw,2.5rem)/1.14 var(--heads);letter-spacing:-.015em;text-wrap:balance;hyphens:manual}
h2{margin:0 0 .35rem;font:600 1.375rem/1.3 var(--heads);letter-spacing:-.005em;text-wrap:balance}
h2+.field{margin-top:.9rem}
p{margin:0 0 1rem;text-wrap:pretty}
.lead{font-size:1.1875rem;line-height:1.55}
.who{font-weight:600;overflow-wrap:anywhere}
.soft,small{color:var(--soft)}
small,.hint{display:block;font-size:.9375rem;line-height:1.45}
.hint{margin:.1rem 0 .4rem;color:var(--soft)}
.notice{margin:0 0 1.75rem;padding:.85rem 1.1rem;border-left:4px solid var(--accent);background:var(--field);border-radius:0 3px 3px 0}
.notice.bad{border-color:var(--alert)}
.notice p:last-child,.notice ul:last-child{margin-bottom:0}
.notice ul{margin:.35rem 0 0;padding-left:1.2rem}

form{margin:1.75rem 0 0}
.field{margin:0 0 1.35rem}
label,legend,.name{font-weight:600}
.optional{font-weight:400;color:var(--soft)}
input[type=email],input[type=text],input[type=date],select,textarea{display:block;width:100%;min-height:3rem;margin-top:.35rem;padding:.6rem .8rem;border:1px solid var(--soft);border-radius:3px;background:var(--field);color:var(--ink);font:inherit}
input[type=date],.short{max-width:18rem}
select{padding-right:.5rem}
textarea{min-height:6.5rem;line-height:1.5;resize:vertical}
input:focus-visible,select:focus-visible,textarea:focus-visible{outline-offset:1px}
[aria-invalid=true]{border-color:var(--alert)!important;border-width:2px!important}
.error{display:block;margin:.35rem 0 0;color:var(--alert);font-size:.9375rem;font-weight:600}
fieldset{margin:0 0 1.35rem;padding:0;border:0;min-width:0}
legend{padding:0;margin-bottom:.25rem}
.choice{display:grid;grid-template-columns:1.3rem 1fr;gap:0 .7rem;align-items:start;padding:.6rem 0;font-weight:400;cursor:pointer}
.choice+.choice{border-top:1px solid var(--line)}
.choice input{width:1.25rem;height:1.25rem;margin:.2rem 0 0;accent-color:var(--accent)}
.choice strong{font-weight:600}
.choice small{grid-column:2}
.boxed{border:1px solid var(--line);border-radius:3px;background:var(--field);padding:.25rem 1rem}
.row{display:grid;grid-template-columns:minmax(0,1fr) minmax(9rem,13rem);gap:.25rem 1rem;align-items:center;padding:.55rem 0}
.row+.row{border-top:1px solid var(--line)}
.row select{margin:0;min-height:2.6rem;padding-block:.35rem}
section{padding-top:1.9rem;margin-top:1.9rem;border-top:1px solid var(--line)}
section:first-of-type{border-top:0;padding-top:0}
.pot{position:absolute;left:-100vw;width:1px;height:1px;overflow:hidden}

button,.button{display:inline-block;min-height:3rem;padding:.7rem 1.6rem;border:1px solid var(--accent);border-radius:3px;background:var(--accent);color:var(--onaccent);font:600 1.0625rem/1.3 var(--text);text-align:center;text-decoration:none;cursor:pointer;overflow-wrap:anywhere}
button.quiet,.button.quiet{background:transparent;color:var(--ink);border-color:var(--soft)}
button.grave{background:transparent;color:var(--alert);border-color:var(--alert)}
button:hover,.button:hover{filter:brightness(1.1)}
.quiet:hover,.grave:hover{filter:none;text-decoration:underline;text-underline-offset:.2em}
.actions{display:flex;flex-wrap:wrap;align-items:center;gap:.9rem 1.25rem;margin-top:1.75rem}
.stack{display:grid;gap:.4rem;margin-bottom:1.35rem}
.stack button{width:100%}
details{margin:0 0 1.75rem;border-block:1px solid var(--line)}
summary{padding:.8rem 0;font-weight:600;cursor:pointer}
details>div{padding-bottom:1.2rem}
.bar{position:sticky;bottom:0;margin-top:1.9rem;padding:.85rem 0;background:var(--paper);border-top:1px solid var(--line)}

.issues{list-style:none;margin:1.75rem 0 0;padding:0;border-top:1px solid var(--line)}
.issues li{padding:1.15rem 0;border-bottom:1px solid var(--line)}
.issues h2{margin:.1rem 0 .2rem}
.issues a{color:inherit;text-decoration:none}
.issues a:hover{color:var(--accent);text-decoration:underline}
.issues p{margin:0;color:var(--soft)}
.severity{display:inline-block;margin:0 .6rem .35rem 0;padding:.3rem .5rem;border:1px solid currentColor;border-radius:3px;font:600 .8125rem/1 var(--text);letter-spacing:.05em;text-transform:uppercase;vertical-align:.1em}
.severity.error{color:var(--alert)}
.severity.critical{background:var(--alert);border-color:var(--alert);color:var(--paper)}
.alerts{list-style:none;margin:0 0 1rem;padding:0;border-top:1px solid var(--line)}
.alerts li{padding:1.15rem 0 .6rem;border-bottom:1px solid var(--line)}
.alerts li>p{margin-bottom:.5rem}
.whole{margin:0}
.taken{padding:.5rem .9rem;border-left:4px solid var(--accent);background:var(--field);border-radius:0 3px 3px 0}
.told{white-space:pre-line}
.links{display:flex;flex-wrap:wrap;gap:.35rem 1.25rem}

time,.dateline{color:var(--soft);font-size:.9rem;letter-spacing:.02em}
pre{white-space:pre-wrap;overflow-wrap:anywhere;font:1rem/1.6 ui-monospace,'SF Mono',Menlo,Consolas,monospace}

@media (max-width:30rem){
.masthead{padding-top:1.1rem}
form>button,.actions>button,.bar button{width:100%}
.row{grid-template-columns:1fr}
.row select{margin-bottom:.3rem}
.bar{margin-inline:-1.25rem;padding-inline:1.25rem}
}
@media (prefers-reduced-motion:no-preference){a,button,.button{transition:filter .12s,color .12s}}
@media (forced-colors:active){button,.button{border-color:ButtonText}}
@media print{.bar,footer,form{display:none}}
`
