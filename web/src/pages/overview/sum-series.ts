// Histories of several jobs, added up second by second.

export interface Series {
  timestamps: number[];
  values: (number | null)[];
}

/** Sums of the values of each second, in order; a second that one series lacks is the others'. */
export function sumSeries(list: Series[]): number[] {
  const sums = new Map<number, number>();
  for (const { timestamps, values } of list) {
    timestamps.forEach((time, place) => {
      const second = Math.round(time / 1000);
      sums.set(second, (sums.get(second) ?? 0) + (values[place] ?? 0));
    });
  }
  return [...sums].sort(([a], [b]) => a - b).map(([, sum]) => sum);
}

/** A line of the values in a box of this size, as the data of an SVG path; the least is 0. */
export function sparkPath(values: number[], width: number, height: number): string {
  const most = Math.max(...values, Number.MIN_VALUE);
  const step = width / Math.max(1, values.length - 1);
  return values
    .map((value, place) => {
      const x = (place * step).toFixed(1);
      const y = (height - (value / most) * height).toFixed(1);
      return `${place === 0 ? "M" : "L"}${x} ${y}`;
    })
    .join("");
}
