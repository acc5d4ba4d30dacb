import assert from 'node:assert/strict';
import { test } from 'node:test';
import { worst } from '../../src/health';
import { meterLevel } from '../../src/meter';
import { nextSpeaker, VoiceState } from '../../src/speaking';

test('the meter is empty in silence, full at full scale, and rises between', () => {
  assert.equal(meterLevel(0), 0);
  assert.equal(meterLevel(0.0001), 0);
  assert.equal(meterLevel(1), 1);
  assert.ok(meterLevel(0.01) < meterLevel(0.1));
});

test('a voice is heard at once and held over short pauses', () => {
  const voice = new VoiceState();
  assert.equal(voice.push(0.001, 0).speaking, false);
  assert.equal(voice.push(0.1, 100).speaking, true);
  assert.equal(voice.push(0.001, 400).speaking, true);
  assert.equal(voice.spokenMs(400), 300);
  assert.equal(voice.push(0.001, 700).speaking, false);
  assert.equal(voice.spokenMs(700), 0);
});

test('digital silence for two seconds is a microphone that is off; a quiet room is not', () => {
  const off = new VoiceState();
  const quiet = new VoiceState();
  for (let now = 0; now <= 3000; now += 150) {
    assert.equal(off.push(0, now).silent, now >= 2000, `at ${now}`);
    assert.equal(quiet.push(now % 300 === 0 ? 0.0003 : 0, now).silent, false);
  }
  assert.equal(off.push(0.001, 3150).silent, false);
  const gated = new VoiceState(); // a headset that sends nothing between two sentences
  for (let now = 0; now <= 3000; now += 150) assert.equal(gated.push(0, now, false, true).silent, false, `at ${now}`);
});

test('who speaks is the host\'s to say where it says anything', () => {
  const voice = new VoiceState();
  assert.equal(voice.push(0.5, 0, false).speaking, false);
  assert.equal(voice.push(0, 100, true).speaking, true);
  assert.equal(voice.push(undefined, 900, true).speaking, true);
  assert.equal(voice.spokenMs(900), 800);
  assert.deepEqual(voice.push(undefined, 9000, false), { speaking: false, silent: true });
  assert.deepEqual(new VoiceState().push(undefined, 9000, false), { speaking: false, silent: false });
});

test('the large tile stays with who speaks, and moves on to who speaks on', () => {
  assert.equal(nextSpeaker(undefined, new Map([['a', 0], ['b', 300]])), undefined);
  assert.equal(nextSpeaker(undefined, new Map([['a', 0], ['b', 800]])), 'b');
  assert.equal(nextSpeaker('a', new Map([['a', 100], ['b', 5000]])), 'a');
  assert.equal(nextSpeaker('a', new Map([['a', 0], ['b', 800], ['c', 900]])), 'c');
  assert.equal(nextSpeaker('gone', new Map([['b', 100]])), 'gone');
});

test('the health of a call is that of its worse transport', () => {
  assert.equal(worst(['new', 'new']), 'idle');
  assert.equal(worst(['connected', 'new']), 'connected');
  assert.equal(worst(['connected', 'connecting']), 'connecting');
  assert.equal(worst(['connected', 'disconnected']), 'unstable');
  assert.equal(worst(['failed', 'connected']), 'failed');
  assert.equal(worst([]), 'idle');
});
