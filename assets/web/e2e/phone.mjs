// A phone: a page in Chromium that does what the takos web client does on its own
// server, and goes into calls with an unmodified mediasoup-client.
import { bundle } from './pages.mjs';
import { readNumber } from './picture.mjs';
import { until } from './wait.mjs';

export class Phone {
  // open shows the page of somebody's server.
  static async open(browser, id) {
    const phone = new Phone();
    [phone.name, phone.domain] = id.split('@');
    phone.page = await (await browser.newContext({ ignoreHTTPSErrors: true })).newPage();
    const script = await bundle();
    const serve = (path, contentType, body) => phone.page.route(`https://${phone.domain}${path}`, (route) => route.fulfill({ contentType, body }));
    await serve('/phone', 'text/html', '<!doctype html><title>phone</title><body><script src="caller.js"></script>');
    await serve('/caller.js', 'text/javascript', script);
    await phone.page.goto(`https://${phone.domain}/phone`);
    return phone;
  }

  // post asks the server something, and gives {status, body}.
  post(path, body = {}) {
    return this.page.evaluate(async ([target, text]) => {
      const response = await fetch(target, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: text });
      return { status: response.status, body: await response.json().catch(() => null) };
    }, [`/api/v2/${path}`, JSON.stringify(body)]);
  }

  get(path) {
    return this.page.evaluate(async (target) => (await fetch(target)).json(), `/api/v2/${path}`);
  }

  signIn(password) { return this.post('sessions/login', { userName: this.name, password }); }

  // listen opens the notification socket.
  listen() {
    return this.page.evaluate(() => new Promise((resolve, reject) => {
      window.heard = [];
      const socket = new WebSocket(`wss://${location.host}/api/v2/ws`);
      socket.onopen = resolve;
      socket.onerror = () => reject(new Error('refused'));
      socket.onmessage = ({ data }) => {
        const frame = JSON.parse(data);
        window.heard.push({ event: frame.type, ...JSON.parse(frame.data) });
      };
    }));
  }

  // hears waits for a notification, and takes it away.
  hears(event) {
    return until(`the phone hears ${event}`, () => this.page.evaluate((wanted) => {
      const at = window.heard.findIndex(({ event }) => event === wanted);
      return at >= 0 && window.heard.splice(at, 1)[0];
    }, event));
  }

  // enter goes into a call of a domain, as the web client does.
  enter(domain, token) { return this.dial(`wss://${domain}/_takos/v2/call?token=${token}`); }

  dial(url) {
    return this.page.evaluate((call) => window.dial(call), { url, dialect: 'shipped', kinds: ['audio', 'video'], height: 360 });
  }

  stats() { return this.page.evaluate(() => window.call.stats()); }

  // hangUp ends the call on this side.
  hangUp() { return this.page.evaluate(() => window.call.hangUp()); }

  closed() { return this.page.evaluate(() => window.call.closed); }

  // number reads the number of the camera with that border from whatever is shown.
  number(color) {
    return this.page.evaluate(([source, wanted]) => {
      const read = new Function(`return (${source})`)();
      for (const video of document.querySelectorAll('video')) {
        if (!video.videoWidth) continue;
        const canvas = Object.assign(document.createElement('canvas'), { width: video.videoWidth, height: video.videoHeight });
        const context = canvas.getContext('2d');
        context.drawImage(video, 0, 0);
        const found = read(context.getImageData(0, 0, canvas.width, canvas.height), wanted);
        if (found) return found;
      }
      return null;
    }, [readNumber.toString(), color]);
  }

  // sees waits until the camera's number has changed, and so moves.
  async sees(color) {
    const first = await until('a numbered picture on the phone', () => this.number(color));
    await until('the picture moves', async () => {
      const now = await this.number(color);
      return now && now.number !== first.number;
    });
  }

  close() { return this.page.context().close(); }
}
