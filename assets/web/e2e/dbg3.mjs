import { Desktop } from './desktop.mjs';
import { Host } from './host.mjs';
import { border, writeCamera } from './picture.mjs';
import { setTimeout as pause } from 'node:timers/promises';
const film='/tmp/g.y4m';
const host = await Host.start();
const { joinUrl:link } = await host.invite(null, { room: 'Moving' });
const j=(n,cam)=>Desktop.start(['join', link, '--now', '--name', n, '--camera',cam,'--microphone','tone:440','--speaker','none']);
const a = await j('anna', film), b = await j('taro','none');
const show = async (w) => { const s=await host.status(); console.log(w, JSON.stringify(s.rooms[0].peers.map(p=>({id:p.id,cons:p.consumers})))); const cb=await b.call(); console.log('  b sees', JSON.stringify(cb.people)); };
try {
await b.sees(border.green); await show('before');
await a.cli('hangup'); await a.isIn('idle');
await a.cli('join', link, '--now', '--name', 'anna', '--camera', film, '--microphone', 'tone:440', '--speaker', 'none');
for (let i=0;i<3;i++){ await pause(3000); await show('after '+i); }
} catch (e) { console.log(e); } finally { await a.stop(); await b.stop(); await host.stop(); process.exit(); }
