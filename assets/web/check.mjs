// Checks what tsc does not see: `npm run check`. Prints each fault and fails.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { render } from './build.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const faults = [];

/** dist/ must be what the sources give. */
async function checkDist() {
  const wanted = await render();
  const dist = join(here, 'dist');
  const there = await readdir(dist).catch(() => []);
  for (const name of there) if (!wanted.has(name)) faults.push(`dist/${name} is not made by the build`);
  for (const [name, text] of wanted) {
    const built = await readFile(join(dist, name), 'utf8').catch(() => undefined);
    if (built !== text) faults.push(`dist/${name} differs from its sources: run "npm run build"`);
  }
}

/** The strict Content-Security-Policy allows no inline code, no inline style, nothing from outside. */
async function checkPolicy() {
  const html = await readFile(join(here, 'index.html'), 'utf8');
  const css = await readFile(join(here, 'style.css'), 'utf8');
  if (/\sstyle\s*=/i.test(html) || /<style/i.test(html)) faults.push('index.html has an inline style');
  if (/\son[a-z]+\s*=/i.test(html)) faults.push('index.html has an inline handler');
  if (/<script(?![^>]*\ssrc=)/i.test(html)) faults.push('index.html has an inline script');
  if (/<base\b/i.test(html)) faults.push('index.html has a <base>');
  for (const [name, text] of [['index.html', html], ['style.css', css]]) {
    if (/(?:https?:)?\/\/[a-z0-9]/i.test(text)) faults.push(`${name} names another host`);
  }
  for (const [, path] of html.matchAll(/(?:href|src)="([^"#]+)"/g)) {
    if (!path.startsWith('j/')) faults.push(`index.html: ${path} is not relative to j/`);
  }
}

/** Foreign text only goes in as text; sentences are all used; files stay small. */
async function checkSources() {
  const names = (await readdir(join(here, 'src'))).filter((name) => name.endsWith('.ts'));
  const texts = new Map(await Promise.all(names.map(async (name) => [name, await readFile(join(here, 'src', name), 'utf8')])));
  for (const [name, text] of texts) {
    if (/innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function/.test(text)) {
      faults.push(`src/${name} turns text into HTML or code`);
    }
    if (text.split('\n').length > 400) faults.push(`src/${name} has more than 400 lines`);
  }
  const html = await readFile(join(here, 'index.html'), 'utf8');
  const users = [html, ...[...texts].filter(([name]) => name !== 'strings.ts').map(([, text]) => text)].join('\n');
  const english = /export const en = \{([\s\S]*?)\n\} as const/.exec(texts.get('strings.ts'))[1];
  for (const [, key] of english.matchAll(/^ {2}(\w+):/gm)) {
    if (!new RegExp(`['".\`]${key}\\b`).test(users) && !/^(?:microphone|camera)[A-Z]/.test(key)) faults.push(`strings.ts: ${key} is never used`);
  }
}

await Promise.all([checkDist(), checkPolicy(), checkSources()]);
for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exitCode = 1;
