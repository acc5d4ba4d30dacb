import { mkdtemp } from 'node:fs/promises';
import { Desktop } from './desktop.mjs';
import { Host } from './host.mjs';
import { Network } from './network.mjs';
import { border, writeCamera } from './picture.mjs';
import { setTimeout as pause } from 'node:timers/promises';
const film='/tmp/g.y4m'; await writeCamera(film);
const network = await Network.make();
const host = await Host.start({ http: '0.0.0.0:0', rtc: '0.0.0.0:0', announce: network.cables.map((c) => c.gateway) });
const { joinUrl } = await host.invite(null, { room: 'Moving' });
const link = joinUrl.replace(/\/\/[^/:]+/, `//${network.gateway}`);
const j=(n,cam,net)=>Desktop.start(['join', link, '--now', '--name', n, '--camera',cam,'--microphone','tone:440','--speaker','none'],{network:net});
const a = await j('anna', film, network), b = await j('taro','none');
const show = async (w) => { const s=await host.status(); console.log(w, JSON.stringify(s.rooms[0].peers.map(p=>({id:p.id,c:p.connected,t:p.transports.map(x=>x.iceState+'/'+x.dtlsState),prod:p.producers.map(x=>x.kind+':'+x.bitrateBps+(x.paused?'P':'')+':'+x.score),cons:p.consumers.map(c=>[c.kind,c.layer,c.stream.ssrc,c.stream.packetCount,c.stream.pliCount,c.stream.nackCount,c.stream.packetsLost])})))); const cb=await b.call(), ca=await a.call(); console.log('  b sees', JSON.stringify(cb.people), 'a', ca.state, ca.me.camera, JSON.stringify(ca.me.quality)); };
try {
await b.sees(border.green); await show('before');
await network.use(1);
for (let i=0;i<5;i++){ await pause(4000); await show('after '+i); }
console.log(a.logs.slice(-20), host.logs.slice(-10));
} catch (e) { console.log(e); } finally { await a.stop(); await b.stop(); await host.stop(); await network.remove(); process.exit(); }
