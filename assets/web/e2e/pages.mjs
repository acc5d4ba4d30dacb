// Serves the test client's page, which takes the part of a foreign website.
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

// bundle gives the test client's script.
export async function bundle() {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('caller.ts', import.meta.url))],
    bundle: true, write: false, format: 'iife', target: 'es2022',
  });
  return outputFiles[0].text;
}

export async function servePages() {
  const script = await bundle();
  const server = createServer((request, response) => {
    const isScript = request.url === '/caller.js';
    response.setHeader('Content-Type', isScript ? 'text/javascript' : 'text/html; charset=utf-8');
    response.end(isScript ? script : '<!doctype html><title>caller</title><body><script src="caller.js"></script>');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${server.address().port}`;
  return { url, close: () => new Promise((resolve) => server.close(resolve)) };
}
