// Where the tiles stand: one whole, two halves, up to four 2x2, more in a grid
// with the speaker larger; a shared screen takes most of the room. Pure
// geometry in CSS pixels, so that it can be tested without a browser.

const GAP = 8;
const MIN_CELL = { width: 96, height: 72 };
const WIDEST = 16 / 9;
const NARROWEST = 3 / 4;

export type Rect = { x: number; y: number; width: number; height: number };

export type LayoutInput = {
  width: number;
  height: number;
  /** Tiles of others; the first is the featured one, if any is. */
  count: number;
  /** Whether the first tile is a shared screen. */
  screen: boolean;
  /** Whether the own small tile is shown. */
  own: boolean;
};

/**
 * The tiles' places; `ownFloats` says that the own tile lies over another one,
 * and `height` exceeds the input's when the tiles must scroll.
 */
export type Layout = { tiles: Rect[]; own: Rect | undefined; ownFloats: boolean; height: number };

export function layoutTiles(input: LayoutInput): Layout {
  const area: Rect = { x: 0, y: 0, width: input.width, height: input.height };
  if (input.count === 0) return { tiles: [], own: input.own ? area : undefined, ownFloats: false, height: input.height };
  if (input.screen) return screenLayout(input, area);
  if (input.count <= 4) return plainLayout(input, area);
  return speakerLayout(input);
}

/** Up to four tiles of one size; the own one fills the fourth place, or lies over the corner. */
function plainLayout({ count, own }: LayoutInput, area: Rect): Layout {
  if (count === 3 && own) {
    const places = grid(4, 2, area);
    return { tiles: places.slice(0, 3), own: places[3], ownFloats: false, height: area.height };
  }
  const columns = count === 1 || (count === 2 && area.width < area.height) ? 1 : 2;
  return { tiles: grid(count, columns, area), own: own ? corner(area) : undefined, ownFloats: own, height: area.height };
}

/** The speaker over four cells of a grid, everybody else in one, oneself last. */
function speakerLayout({ width, height, count, own }: LayoutInput): Layout {
  const small = count - 1 + (own ? 1 : 0);
  const cells = small + 4;
  let best = { columns: 2, score: -1 };
  for (let columns = 2; columns <= Math.max(2, cells / 2); columns++) {
    const size = cellSize(width, height, columns, Math.max(2, Math.ceil(cells / columns)));
    const score = usefulArea(size.width, size.height);
    if (size.width >= MIN_CELL.width && score > best.score) best = { columns, score };
  }
  const rows = Math.max(2, Math.ceil(cells / best.columns));
  const size = cellSize(width, height, best.columns, rows);
  const cell = { width: size.width, height: Math.max(size.height, MIN_CELL.height) };
  const at = (column: number, row: number, span = 1): Rect => ({
    x: column * (cell.width + GAP),
    y: row * (cell.height + GAP),
    width: span * cell.width + (span - 1) * GAP,
    height: span * cell.height + (span - 1) * GAP,
  });
  const places = smallPlaces(small, best.columns, rows).map(([column, row]) => at(column, row));
  return {
    tiles: [at(0, 0, 2), ...places.slice(0, count - 1)],
    own: own ? places[count - 1] : undefined,
    ownFloats: false,
    height: rows * (cell.height + GAP) - GAP,
  };
}

/** The free cells around the large one, row by row, the last row centred. */
function smallPlaces(count: number, columns: number, rows: number): Array<[number, number]> {
  const places: Array<[number, number]> = [];
  for (let row = 0; row < rows; row++) {
    for (let column = row < 2 ? 2 : 0; column < columns; column++) places.push([column, row]);
  }
  const used = places.slice(0, count);
  const inLastRow = used.filter(([, row]) => row === rows - 1).length;
  if (rows <= 2 || inLastRow === 0) return used;
  const shift = (columns - inLastRow) / 2;
  return used.map(([column, row]) => [row === rows - 1 ? column + shift : column, row]);
}

/** The shared screen large, people in a strip beside or below it. */
function screenLayout({ count, own }: LayoutInput, area: Rect): Layout {
  const people = count - 1 + (own ? 1 : 0);
  if (people === 0) return { tiles: [area], own: undefined, ownFloats: false, height: area.height };
  const [screen, strip] = area.width >= area.height ? splitBeside(area, people) : splitBelow(area);
  const places = bestGrid(people, strip);
  const tiles = [screen, ...places.slice(0, count - 1)];
  return { tiles, own: own ? places[count - 1] : undefined, ownFloats: false, height: area.height };
}

function splitBeside(area: Rect, people: number): [Rect, Rect] {
  const share = people > 6 ? 0.3 : 0.2;
  const stripWidth = Math.max(MIN_CELL.width, area.width * share);
  const width = area.width - stripWidth - GAP;
  return [{ ...area, width }, { ...area, x: area.x + width + GAP, width: stripWidth }];
}

function splitBelow(area: Rect): [Rect, Rect] {
  const height = area.height * 0.6;
  return [{ ...area, height }, { ...area, y: area.y + height + GAP, height: area.height - height - GAP }];
}

/** The grid of any number of columns that shows the most of its pictures. */
function bestGrid(count: number, area: Rect): Rect[] {
  let best: Rect[] = [];
  let bestScore = -1;
  for (let columns = 1; columns <= count; columns++) {
    const rects = grid(count, columns, area, NARROWEST);
    const score = usefulArea(rects[0]?.width ?? 0, rects[0]?.height ?? 0);
    if (score > bestScore) [best, bestScore] = [rects, score];
  }
  return best;
}

/** Equal tiles in rows, the last row centred; with `narrowest`, no tile is narrower than that shape. */
function grid(count: number, columns: number, area: Rect, narrowest?: number): Rect[] {
  const rows = Math.ceil(count / columns);
  const size = cellSize(area.width, area.height, columns, rows);
  if (narrowest !== undefined) size.height = Math.min(size.height, size.width / narrowest);
  const top = area.y + (area.height - rows * (size.height + GAP) + GAP) / 2;
  return Array.from({ length: count }, (_, index) => {
    const row = Math.floor(index / columns);
    const inRow = row === rows - 1 ? count - row * columns : columns;
    const left = area.x + (area.width - inRow * (size.width + GAP) + GAP) / 2;
    return { x: left + (index % columns) * (size.width + GAP), y: top + row * (size.height + GAP), ...size };
  });
}

function corner(area: Rect): Rect {
  const width = Math.min(240, Math.max(96, Math.min(area.width * 0.28, area.height * 0.3)));
  const height = (width * 3) / 4;
  return { x: area.width - width - GAP, y: area.height - height - GAP, width, height };
}

function cellSize(width: number, height: number, columns: number, rows: number): { width: number; height: number } {
  return { width: (width - (columns - 1) * GAP) / columns, height: (height - (rows - 1) * GAP) / rows };
}

/** How much of a tile a camera's picture fills without losing a head. */
function usefulArea(width: number, height: number): number {
  const usedWidth = Math.min(width, height * WIDEST);
  const usedHeight = Math.min(height, width / NARROWEST);
  return usedWidth * usedHeight;
}
