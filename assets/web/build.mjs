// Builds the page into dist/: `node build.mjs`. The same sources give the same
// bytes on every machine, so that dist/ can be committed and checked.

import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

const here = fileURLToPath(new URL('.', import.meta.url));

/** The files of dist/ by name, without writing anything. */
export async function render() {
  const { code, licenses } = await renderScript();
  return new Map([
    ['app.js', code],
    ['icon.svg', await source('icon.svg')],
    ['index.html', minifyHtml(await source('index.html'))],
    ['licenses.txt', licenses],
    ['style.css', await renderStyle()],
  ]);
}

async function renderScript() {
  const { outputFiles, metafile } = await esbuild.build({
    absWorkingDir: here,
    entryPoints: ['src/main.ts'],
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'iife',
    platform: 'browser',
    target: ['chrome111', 'edge111', 'firefox115', 'safari16.4'],
    charset: 'utf8',
    legalComments: 'none', // licenses.txt has them whole
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'warning',
  });
  return { code: outputFiles[0].text, licenses: await licensesOf(Object.keys(metafile.inputs)) };
}

async function renderStyle() {
  const { code } = await esbuild.transform(await source('style.css'), {
    loader: 'css', minify: true, charset: 'utf8', target: ['chrome111', 'firefox115', 'safari16.4'],
  });
  return code;
}

/** The licence texts of the packages that are inside app.js. */
async function licensesOf(inputs) {
  const packages = new Set();
  for (const input of inputs) {
    const match = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input);
    if (match !== null) packages.add(match[1]);
  }
  const parts = await Promise.all([...packages].sort().map(licenseOf));
  return `The page contains these packages.\n\n${parts.join('\n\n')}\n`;
}

async function licenseOf(name) {
  const folder = join('node_modules', name);
  const { version, license } = JSON.parse(await source(join(folder, 'package.json')));
  const title = `== ${name} ${version} (${license})`;
  for (const file of ['LICENSE', 'LICENSE.md', 'license', 'LICENCE']) {
    const text = await source(join(folder, file)).catch(() => undefined);
    if (text !== undefined) return `${title}\n\n${text.replaceAll('\r\n', '\n').trim()}`;
  }
  return title;
}

/** Drops comments and indentation; spaces between words on one line stay. */
function minifyHtml(html) {
  return `${html.replace(/<!--[\s\S]*?-->/g, '').replace(/\n\s*/g, '\n').replace(/\n+/g, '\n').trim()}\n`;
}

function source(name) {
  return readFile(join(here, name), 'utf8');
}

async function write(files) {
  const dist = join(here, 'dist');
  await rm(dist, { recursive: true, force: true });
  await mkdir(dist);
  for (const [name, text] of files) await writeFile(join(dist, name), text);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await write(await render());
