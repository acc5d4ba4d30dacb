import assert from 'node:assert/strict';
import { test } from 'node:test';
import { layoutTiles, type Layout, type Rect } from '../../src/layout';

const SIZES = [[344, 560], [464, 520], [700, 340], [944, 500], [1264, 640], [1584, 800]] as const;

function at(width: number, height: number, count: number, more: { screen?: boolean; own?: boolean } = {}): Layout {
  return layoutTiles({ width, height, count, screen: more.screen ?? false, own: more.own ?? true });
}

function apart(a: Rect, b: Rect): boolean {
  return a.x + a.width <= b.x + 0.01 || b.x + b.width <= a.x + 0.01 || a.y + a.height <= b.y + 0.01 || b.y + b.height <= a.y + 0.01;
}

for (const [width, height] of SIZES) {
  test(`at ${width}x${height} all tiles are inside and apart`, () => {
    for (const screen of [false, true]) {
      for (const own of [false, true]) {
        for (let count = 0; count <= 63; count++) {
          if (screen && count === 0) continue;
          const layout = at(width, height, count, { screen, own });
          const where = `${count} tiles, screen ${screen}, own ${own}`;
          assert.equal(layout.tiles.length, count, where);
          assert.equal(layout.own !== undefined, own, where);
          const rects = [...layout.tiles, ...(layout.own !== undefined && !layout.ownFloats ? [layout.own] : [])];
          rects.forEach((rect, index) => {
            assert.ok(rect.width > 0 && rect.height > 0, where);
            assert.ok(rect.x >= -0.01 && rect.x + rect.width <= width + 0.01, where);
            assert.ok(rect.y >= -0.01 && rect.y + rect.height <= Math.max(height, layout.height) + 0.01, where);
            for (const other of rects.slice(index + 1)) assert.ok(apart(rect, other), where);
          });
        }
      }
    }
  });
}

test('one is whole, two are halves, three and four are quarters', () => {
  assert.deepEqual(at(1264, 640, 1).tiles, [{ x: 0, y: 0, width: 1264, height: 640 }]);
  assert.deepEqual(at(1264, 640, 2).tiles.map(({ width, height }) => [width, height]), [[628, 640], [628, 640]]);
  assert.deepEqual(at(344, 560, 2).tiles.map(({ width, height }) => [width, height]), [[344, 276], [344, 276]]);
  for (const count of [3, 4]) {
    for (const { width, height } of at(1264, 640, count).tiles) assert.deepEqual([width, height], [628, 316]);
  }
});

test('from five on the first is larger than everybody else', () => {
  for (const [width, height] of SIZES) {
    for (const count of [5, 8, 11, 20]) {
      const [first, ...others] = at(width, height, count).tiles;
      for (const other of others) assert.ok(first !== undefined && first.width > 1.9 * other.width && first.height > 1.9 * other.height);
    }
  }
});

test('a shared screen takes most of the room', () => {
  for (const [width, height] of SIZES) {
    for (const count of [1, 2, 6, 12]) {
      const screen = at(width, height, count, { screen: true }).tiles[0];
      assert.ok(screen !== undefined && screen.width * screen.height >= 0.55 * width * height);
    }
  }
});

test('a crowd on a phone scrolls instead of shrinking away', () => {
  const layout = at(344, 560, 63);
  assert.ok(layout.height > 560);
  for (const { width, height } of layout.tiles) assert.ok(width >= 96 && height >= 72);
});

test('the own tile is small beside one other, and whole when alone', () => {
  const { own, ownFloats } = at(1264, 640, 1);
  assert.ok(own !== undefined && ownFloats && own.width <= 240);
  assert.deepEqual(at(1264, 640, 0).own, { x: 0, y: 0, width: 1264, height: 640 });
});
