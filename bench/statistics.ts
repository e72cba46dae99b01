/** The value in the middle. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** A tenth of the values are below it: what it takes where nothing else keeps the machine busy. */
export function lowest(values: readonly number[]): number {
  return quantile(values, 0.1);
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const value = sorted[Math.floor((sorted.length - 1) * share)];
  if (value === undefined) throw new RangeError('there is nothing to choose from');
  return value;
}
