/** Sets of values, one for each dimension; it holds every point that has one value of each. */
export type Box = readonly (readonly number[])[];

type Point = readonly number[];

/** Few boxes that together hold exactly the given points, which are all different, and no point twice. */
export function boxesOf(points: readonly Point[]): Box[] {
  const dimensions = points[0]?.length ?? 0;
  for (let dimension = 0; dimension < dimensions; dimension++) {
    const values = [...new Set(points.map((point) => point[dimension] ?? 0))].toSorted((a, b) => a - b);
    const others = new Map(points.map((point) => [without(point, dimension).join(), without(point, dimension)]));
    // Where every value goes with all of the other dimensions' points, it can be left out of the search.
    if (others.size * values.length !== points.length) continue;
    return boxesOf([...others.values()]).map((box) => box.toSpliced(dimension, 0, values));
  }
  return fewest(points, dimensions);
}

function fewest(points: readonly Point[], dimensions: number): Box[] {
  let best: Box[] | undefined;
  for (const order of permutations(Array.from({ length: dimensions }, (_, index) => index))) {
    const found = split(points, order);
    if (best === undefined || found.length < best.length) best = found.map((box) => reorder(box, order));
    if (best.length <= 1) break;
  }
  return best ?? [];
}

/** Takes the dimensions in order; values that need the same boxes in the other dimensions share them. */
function split(points: readonly Point[], [dimension, ...others]: readonly number[]): Box[] {
  if (dimension === undefined) return [[]];
  const byValue = new Map<number, Point[]>();
  for (const point of points) {
    const value = point[dimension] ?? 0;
    const same = byValue.get(value);
    if (same === undefined) byValue.set(value, [point]);
    else same.push(point);
  }
  const shared = new Map<string, { values: number[]; boxes: Box[] }>();
  for (const [value, same] of [...byValue].toSorted(([a], [b]) => a - b)) {
    const boxes = split(same, others);
    const key = JSON.stringify(boxes);
    const known = shared.get(key);
    if (known === undefined) shared.set(key, { values: [value], boxes });
    else known.values.push(value);
  }
  return [...shared.values()].flatMap(({ values, boxes }) => boxes.map((box) => [values, ...box]));
}

function reorder(box: Box, order: readonly number[]): Box {
  const values = new Map(order.map((dimension, index) => [dimension, box[index] ?? []]));
  return order.map((_, dimension) => values.get(dimension) ?? []);
}

function without(point: Point, dimension: number): Point {
  return point.toSpliced(dimension, 1);
}

function permutations(items: readonly number[]): number[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item) => permutations(items.filter((other) => other !== item)).map((rest) => [item, ...rest]));
}
