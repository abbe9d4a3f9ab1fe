// Which marks and names are shown where they would cover each other.

export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

const CELL_PX = 64;

/** Places that are taken on the screen, and places that a name had better leave in sight. */
export class Occupied {
  private readonly taken = new Boxes();
  private readonly shunned = new Boxes();

  isFree(box: Box): boolean {
    return !this.taken.touch(box);
  }

  /** Free, and nothing there that a name had better leave in sight. */
  isClear(box: Box): boolean {
    return this.isFree(box) && !this.shunned.touch(box);
  }

  take(box: Box): void {
    this.taken.add(box);
  }

  shun(box: Box): void {
    this.shunned.add(box);
  }
}

/** Boxes in a grid, which keeps the question cheap for thousands of marks. */
class Boxes {
  private readonly cells = new Map<string, Box[]>();

  touch(box: Box): boolean {
    for (const key of keys(box)) {
      for (const other of this.cells.get(key) ?? []) {
        if (box.left < other.right && other.left < box.right && box.top < other.bottom && other.top < box.bottom) {
          return true;
        }
      }
    }
    return false;
  }

  add(box: Box): void {
    for (const key of keys(box)) {
      const cell = this.cells.get(key);
      if (cell) cell.push(box);
      else this.cells.set(key, [box]);
    }
  }
}

function* keys(box: Box): Generator<string> {
  for (let col = Math.floor(box.left / CELL_PX); col <= Math.floor(box.right / CELL_PX); col++) {
    for (let row = Math.floor(box.top / CELL_PX); row <= Math.floor(box.bottom / CELL_PX); row++) {
      yield `${col}/${row}`;
    }
  }
}

export function around(x: number, y: number, halfWidth: number, halfHeight = halfWidth): Box {
  return { left: x - halfWidth, top: y - halfHeight, right: x + halfWidth, bottom: y + halfHeight };
}

export type Side = "right" | "left" | "below" | "above";

/** The first side of a mark on which a name is clear, else free, or null; the place is then taken. */
export function placeName(
  occupied: Occupied,
  x: number,
  y: number,
  gap: number,
  width: number,
  height: number,
  sides: readonly Side[] = ["right", "left", "below", "above"],
): Side | null {
  const boxes = sides.map((side) => ({ side, box: nameBox(side, x, y, gap, width, height) }));
  const found = boxes.find(({ box }) => occupied.isClear(box)) ?? boxes.find(({ box }) => occupied.isFree(box));
  if (!found) return null;
  occupied.take(found.box);
  return found.side;
}

function nameBox(side: Side, x: number, y: number, gap: number, width: number, height: number): Box {
  switch (side) {
    case "right":
      return { left: x + gap, top: y - height / 2, right: x + gap + width, bottom: y + height / 2 };
    case "left":
      return { left: x - gap - width, top: y - height / 2, right: x - gap, bottom: y + height / 2 };
    case "below":
      return { left: x - width / 2, top: y + gap, right: x + width / 2, bottom: y + gap + height };
    case "above":
      return { left: x - width / 2, top: y - gap - height, right: x + width / 2, bottom: y - gap };
  }
}

export type Arrow = "ArrowUp" | "ArrowDown" | "ArrowLeft" | "ArrowRight";

/** The index of the nearest point in the direction of an arrow key, or null. */
export function neighbour(points: readonly { x: number; y: number }[], from: number, arrow: Arrow): number | null {
  const start = points[from];
  if (!start) return null;
  let best: number | null = null;
  let least = Infinity;
  points.forEach(({ x, y }, i) => {
    if (i === from) return;
    const dx = x - start.x;
    const dy = y - start.y;
    const [ahead, aside] = {
      ArrowUp: [-dy, dx],
      ArrowDown: [dy, dx],
      ArrowLeft: [-dx, dy],
      ArrowRight: [dx, dy],
    }[arrow] as [number, number];
    // What lies ahead within 60 degrees, and straight ahead rather than aside.
    if (ahead <= 0 || Math.abs(aside) > 1.75 * ahead) return;
    const cost = ahead + 2 * Math.abs(aside);
    if (cost < least) {
      least = cost;
      best = i;
    }
  });
  return best;
}
