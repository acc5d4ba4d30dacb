import type { TakosCall } from '../../src/main';

declare global {
  interface Window {
    readonly takosCall: TakosCall;
  }
}
