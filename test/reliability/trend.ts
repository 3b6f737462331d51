// Whether a quantity grows: the straight line closest to what was seen, and its ends.

export type Point = readonly [x: number, y: number];

/** How much y grows for each x by the method of least squares; 0 when all x are the same. */
export function slope(points: readonly Point[]): number {
  const middle = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const x = middle(points.map(([value]) => value));
  const y = middle(points.map(([, value]) => value));
  let [both, alone] = [0, 0];
  for (const [one, other] of points) {
    both += (one - x) * (other - y);
    alone += (one - x) ** 2;
  }
  return alone === 0 ? 0 : both / alone;
}

/** The medians of the first and of the last tenth of the points, which come in order; of one point each at least. */
export function ends(points: readonly Point[]): { readonly first: number; readonly last: number } {
  const count = Math.max(1, Math.floor(points.length / 10));
  const values = points.map(([, y]) => y);
  return { first: median(values.slice(0, count)), last: median(values.slice(-count)) };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[(sorted.length - 1) >> 1] ?? 0;
}
