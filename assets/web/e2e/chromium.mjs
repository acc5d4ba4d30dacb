// Debian's Chromium with a fake camera and microphone.
import { chromium } from 'playwright-core';

// film is a .y4m file in place of the camera; world is where its domains are found;
// more are further arguments.
export function launchChromium({ film, world, more = [], ...options } = {}) {
  const rules = [...world?.places ?? []].map(([domain, { port }]) => `MAP ${domain}:443 127.0.0.1:${port}`);
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-quic',
      '--disable-background-networking', '--disable-component-update', '--disable-sync',
      '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream',
      '--autoplay-policy=no-user-gesture-required',
      // Loopback addresses are all there is: let the browser use them, for
      // pages of any domain.
      '--disable-features=WebRtcHideLocalIpsWithMdns,LocalNetworkAccessChecks,LocalNetworkAccessChecksWebSockets',
      '--allow-loopback-in-peer-connection',
      ...(world ? [`--host-resolver-rules=${rules.join(',')}`, '--ignore-certificate-errors'] : []),
      ...more,
      ...(film ? [`--use-file-for-fake-video-capture=${film}`] : []),
    ],
    ...options,
  });
}
