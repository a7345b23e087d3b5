namespace NanoTcp.Samples.Status;

/// <summary>
/// The fixed text of the status page. It needs nothing from anywhere else, and everything that it shows is in the HTML:
/// the script only keeps it fresh, and without a script the page reloads itself.
/// </summary>
internal static class StatusPageText
{
    internal const string Html =
@"<!DOCTYPE html>
<html lang=""en""><head><meta charset=""utf-8""><title>NanoTcp</title>
<meta name=""viewport"" content=""width=device-width,initial-scale=1"">
<link rel=""icon"" href=""data:,"">
<noscript><meta http-equiv=""refresh"" content=""5""></noscript>
<style>" + Style + @"</style></head>
<body><header><h1>NanoTcp</h1><b id=""link"" class=""~link~"">Link ~link~</b><span id=""live""></span></header>
<dl><div><dt>Address</dt><dd id=""address"">~address~/~prefix~</dd></div>
<div><dt>Gateway</dt><dd id=""gateway"">~gateway~</dd></div>
<div><dt>MAC</dt><dd>~mac~</dd></div>
<div><dt>Uptime</dt><dd id=""uptime"">~uptime~</dd></div>
<div><dt>Connections</dt><dd><span id=""used"">~used~</span> of ~capacity~</dd></div>
<div><dt>Half-open</dt><dd id=""halfOpen"">~half-open~</dd></div>
<div><dt>TIME-WAIT</dt><dd id=""timeWait"">~time-wait~</dd></div></dl>
<section><h2>TCP connections</h2><table><thead><tr><th>State</th><th>Peer</th><th>Port</th><th>SRTT</th><th>RTO</th>"
+ @"<th>cwnd</th><th>Out</th><th>Heard</th><th>Received</th><th>Sent</th></tr></thead>
<tbody id=""connections"">~connections~</tbody></table></section>
<section><h2>ARP table</h2><table><thead><tr><th>Address</th><th>MAC</th><th>Confirmed</th></tr></thead>
<tbody id=""neighbours"">~neighbours~</tbody></table></section>
<section><h2>Services</h2><div id=""services"">~services~</div></section>
<label><input type=""checkbox"" id=""zeros""> Counters at zero too</label>
<section><h2>Stack</h2><div id=""stack"">~stack-counters~</div></section>
<section><h2>Link device</h2><div id=""device"">~link-counters~</div></section>
<section><h2>Counters of services</h2><div id=""serviceCounters"">~service-counters~</div></section>
<section><h2>HTTP server</h2><div id=""http"">~http-counters~</div></section>
<footer><a href=""/api/status"">JSON</a> <a href=""/metrics"">Prometheus</a> <a href=""/bytes/1000"">/bytes/1000</a></footer>
<script>" + Script + @"</script></body></html>
";

    private const string Style = @"
:root{color-scheme:light dark;--bg:#f4f6f8;--card:#fff;--text:#1a2027;--dim:#667381;--faint:#8a96a3;--line:#e3e8ed;--ok:#0b7a53;--bad:#c2330b}
@media(prefers-color-scheme:dark){:root{--bg:#0e1216;--card:#171d23;--text:#e4e9ee;--dim:#8d9aa8;--faint:#64717e;--line:#28313a;--ok:#3fcf92;--bad:#ff7d5c}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:72rem;padding:1.2rem 1rem 2rem;background:var(--bg);color:var(--text);font:15px/1.5 system-ui,sans-serif}
header{display:flex;flex-wrap:wrap;align-items:center;gap:0 .8rem;margin-bottom:1rem;white-space:nowrap}
h1{font-size:1.5rem;margin:0}
h2{font-size:.95rem;margin:0 0 .5rem}
#link{padding:.1rem .8rem;border-radius:1rem;background:var(--bad);color:var(--card);font-size:.85rem}
#link.up{background:var(--ok)}
#live{margin-left:auto;color:var(--dim);font-size:.85rem}
dl{display:flex;flex-wrap:wrap;gap:.7rem;margin:0}
dl div{flex:1 0 auto}
dl div,section{background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:.6rem .9rem}
dt,th,label,footer{color:var(--dim);font-size:.8rem}
dd{margin:0}
section{margin-top:.9rem;overflow-x:auto}
section:has(div:empty){display:none}
dd,td,p{font-family:ui-monospace,Menlo,Consolas,monospace;font-size:.87rem;white-space:nowrap}
table{border-collapse:collapse;width:100%}
th{text-align:left;font-weight:400}
th,td{padding:.25rem 1rem .25rem 0;border-bottom:1px solid var(--line)}
tr:last-child td{border:0;color:inherit}
th:nth-child(n+3),td:nth-child(n+3){text-align:right}
th:last-child,td:last-child{padding-right:0}
td:only-child{color:var(--dim)}
.e td:first-child{color:var(--ok)}
div[id]{columns:15rem;column-gap:2rem}
p{display:flex;justify-content:space-between;margin:0;font-size:.8rem;line-height:1.6;break-inside:avoid;border-bottom:1px solid var(--line)}
p b{font-weight:400}
.z{color:var(--faint)}
.w td:first-child{color:var(--bad)}
body:not(:has(#zeros:checked)) p.z{display:none}
label{display:block;margin:.9rem 0 -.4rem}
@media(max-width:32rem){th,td{padding-right:.5rem}td{font-size:.76rem}}
footer{margin-top:1rem}
a{color:inherit;margin-right:1rem}
";

    private const string Script = @"
(()=>{const D=document,at=i=>D.getElementById(i),P=1500,
set=(e,t)=>{if(e.textContent!=t)e.textContent=t},
num=v=>v==null?'-':v.toLocaleString('en'),
ms=v=>v==null?'-':v+' ms',
ago=v=>v==null?'-':Math.floor(v/1e3)+' s ago',
two=v=>String(v|0).padStart(2,0),
time=v=>{let s=v/1e3|0,d=s/86400|0;return(d?d+'d ':'')+two(s/3600%24)+':'+two(s/60%60)+':'+two(s%60)},
fit=(e,k,t)=>{while(e.children.length>k)e.lastElementChild.remove();while(e.children.length<k)e.append(D.createElement(t))},
rows=(i,l,r,c)=>{let b=at(i);fit(b,l.length,r);l.forEach((x,j)=>{let w=b.children[j];fit(w,x.length,c);x.forEach((t,k)=>set(w.children[k],t));
w.className=x[1]=='0'?'z':x[0]=='ESTABLISHED'?'e':x[0].includes(' ')?'w':''})},
table=(i,l,f)=>rows(i,l.length?l.map(f):[['none']],'tr','td'),
list=(i,o)=>rows(i,Object.entries(o).map(x=>[x[0],num(x[1])]),'p','b'),
link=(c,t)=>{let e=at('link');e.className=c;set(e,t)};
let timer,busy,last,
show=s=>{let c=s.counters.stack,f=c.eth_in_frames+c.eth_out_frames;
link(s.link,'Link '+s.link);
set(at('live'),last&&s.uptime>last[0]?num(Math.round((f-last[1])*1e3/(s.uptime-last[0])))+' frames/s':'live');
last=[s.uptime,f];
set(at('address'),s.address+'/'+s.prefixLength);set(at('gateway'),s.gateway||'none');
set(at('uptime'),time(s.uptime));set(at('used'),s.capacity-s.free);set(at('halfOpen'),s.halfOpen);set(at('timeWait'),s.timeWait);
table('connections',s.connections,x=>[x.state+(x.note?' '+x.note:''),x.remote,x.localPort,ms(x.srtt),ms(x.rto),num(x.cwnd),num(x.out),ago(x.heard),num(x.received),num(x.sent)]);
table('neighbours',s.neighbours,x=>[x.address,x.mac||'resolving',ago(x.age)]);
rows('services',Object.entries(s.services).map(x=>[x[0],x[1]??'-']),'p','b');list('serviceCounters',s.counters.services);
list('stack',c);list('device',s.counters.link);list('http',s.counters.http)},
tick=async()=>{if(busy||D.hidden)return;busy=1;
try{show(await(await fetch('/api/status',{signal:AbortSignal.timeout(8e3)})).json())}
catch(e){link('','No answer');set(at('live'),'')}
busy=0;timer=setTimeout(tick,P)};
D.onvisibilitychange=()=>{clearTimeout(timer);tick()};
timer=setTimeout(tick,P)})()
";
}
