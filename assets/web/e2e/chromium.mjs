// Debian's Chromium with a fake camera and microphone.
import { chromium } from 'playwright-core';

// film is a .y4m file in place of the camera.
export function launchChromium({ film, ...options } = {}) {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-quic',
      '--disable-background-networking', '--disable-component-update', '--disable-sync',
      '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream',
      '--autoplay-policy=no-user-gesture-required',
      // Loopback addresses are all there is: let the browser use them.
      '--disable-features=WebRtcHideLocalIpsWithMdns',
      '--allow-loopback-in-peer-connection',
      ...(film ? [`--use-file-for-fake-video-capture=${film}`] : []),
    ],
    ...options,
  });
}
