// Runs the tests: each *.test.ts is bundled for node, then handed to its test runner.
// `node test/run.mjs [part of a name]…`

import { spawnSync } from 'node:child_process';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

const web = fileURLToPath(new URL('..', import.meta.url));
const wanted = process.argv.slice(2);
const cache = join(web, '.cache', 'tests');

const names = (await readdir(join(web, 'test'), { recursive: true }))
  .filter((name) => name.endsWith('.test.ts'))
  .filter((name) => wanted.length === 0 || wanted.some((part) => name.includes(part)));
if (names.length === 0) throw new Error('no test has such a name');

await rm(cache, { recursive: true, force: true });
await esbuild.build({
  absWorkingDir: web,
  entryPoints: names.map((name) => join('test', name)),
  outdir: cache,
  outbase: 'test',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node20',
  sourcemap: 'inline',
  logLevel: 'warning',
});

const files = names.map((name) => join(cache, name.replace(/\.ts$/, '.mjs')));
const { status } = spawnSync(process.execPath, ['--enable-source-maps', '--test', '--test-concurrency=1', '--test-timeout=120000', ...files], {
  cwd: web,
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
