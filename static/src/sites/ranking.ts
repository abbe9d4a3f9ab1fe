// Orders of sites by weights, as layers/screening/ranking.py and weights.py have them: a change of a
// weight is answered here, at once. A test holds both against each other.

export type Row = readonly (number | null)[];

/** Weights that sum to 1, or null where all are 0. */
export function shares(weights: readonly number[]): number[] | null {
  const total = weights.reduce((sum, w) => sum + w, 0);
  return total > 0 ? weights.map((w) => w / total) : null;
}

/** The weighted mean of the utilities that are known; null where none of any weight is. */
export function weightedSum(utility: Row, weights: readonly number[]): number | null {
  let total = 0;
  let sum = 0;
  utility.forEach((u, i) => {
    if (u === null) return;
    total += weights[i] ?? 0;
    sum += (weights[i] ?? 0) * u;
  });
  return total > 0 ? sum / total : null;
}

/** 1 for the highest score; equal ones share the smaller rank, those without a score have none. */
export function ranks(scores: readonly (number | null)[]): (number | null)[] {
  return scores.map((s) => (s === null ? null : 1 + scores.filter((other) => other !== null && other > s).length));
}

/** Closeness to the best there could be; values without a gap, one row a site. */
export function topsis(values: readonly (readonly number[])[], weights: readonly number[], larger: readonly boolean[]): number[] {
  const w = shares(weights);
  if (!w) return values.map(() => 0.5);
  const signed = values.map(() => [] as number[]);
  w.forEach((weight, c) => {
    const length = Math.sqrt(values.reduce((sum, row) => sum + (row[c] ?? 0) ** 2, 0)) || 1;
    values.forEach((row, i) => signed[i]?.push((((row[c] ?? 0) / length) * weight) * (larger[c] ? 1 : -1)));
  });
  const far = (row: readonly number[], to: readonly number[]): number => Math.hypot(...row.map((v, c) => v - (to[c] ?? 0)));
  const edge = (pick: (...all: number[]) => number): number[] => w.map((_, c) => pick(...signed.map((row) => row[c] ?? 0)));
  const best = edge(Math.max);
  const worst = edge(Math.min);
  return signed.map((row) => {
    const total = far(row, best) + far(row, worst);
    return total > 0 ? far(row, worst) / total : 0.5;
  });
}

/** A seeded generator (mulberry32): the same weights show the same chances. */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Probability of rank 1, weights drawn by `spread` around these, evidence between its ends. */
export function chanceOfFirst(low: readonly Row[], high: readonly Row[], weights: readonly number[], draws = 2000, spread = 0.3): number[] {
  const random = generator(20250815);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const first = low.map(() => 0);
  for (let n = 0; n < draws; n++) {
    const w = weights.map((weight) => weight * Math.exp(spread * normal()));
    let best = -1;
    let leader = 0;
    low.forEach((row, i) => {
      let score = 0;
      row.forEach((value, c) => {
        const least = value ?? 0;
        const most = high[i]?.[c] ?? 1;
        score += (w[c] ?? 0) * (least + (most - least) * random());
      });
      if (score > best) [best, leader] = [score, i];
    });
    first[leader] = (first[leader] ?? 0) + 1;
  }
  return first.map((count) => count / draws);
}

export interface Flip {
  criterion: number;
  share: number;
  from: number;
  by: number;
}

/** For each criterion, the nearest share at which another site comes first; rows without a gap. */
export function flips(utility: readonly (readonly number[])[], weights: readonly number[]): Flip[] {
  const w = shares(weights);
  if (!w || utility.length < 2) return [];
  const score = utility.map((row) => row.reduce((sum, u, c) => sum + u * (w[c] ?? 0), 0));
  const leader = score.indexOf(Math.max(...score));
  const found: Flip[] = [];
  w.forEach((now, c) => {
    const rest = 1 - now;
    if (rest <= 0) return;
    const others = utility.map((row) => row.reduce((sum, u, k) => (k === c ? sum : sum + (u * (w[k] ?? 0)) / rest), 0));
    let best: Flip | null = null;
    utility.forEach((row, i) => {
      if ((score[i] ?? 0) >= (score[leader] ?? 0)) return;
      const gap = (others[leader] ?? 0) - (others[i] ?? 0);
      const slope = (utility[leader]?.[c] ?? 0) - (row[c] ?? 0) - gap;
      const share = slope === 0 ? Number.NaN : -gap / slope;
      if (!(share >= 0 && share <= 1)) return;
      if (!best || Math.abs(share - now) < Math.abs(best.share - now)) best = { criterion: c, share, from: leader, by: i };
    });
    if (best) found.push(best);
  });
  return found;
}

/** Weights of pairwise comparisons, and their consistency ratio. */
export function ahp(matrix: readonly (readonly number[])[], randomIndex: readonly number[]): { weights: number[]; ratio: number } {
  const n = matrix.length;
  let vector = matrix.map(() => 1 / n);
  let eigenvalue = n;
  for (let k = 0; k < 1000; k++) {
    const next = matrix.map((row) => row.reduce((sum, a, j) => sum + a * (vector[j] ?? 0), 0));
    eigenvalue = next.reduce((sum, v) => sum + v, 0);
    const scaled = next.map((v) => v / eigenvalue);
    const moved = Math.max(...scaled.map((v, i) => Math.abs(v - (vector[i] ?? 0))));
    vector = scaled;
    if (moved < 1e-12) break;
  }
  const index = n > 1 ? Math.max(0, (eigenvalue - n) / (n - 1)) : 0;
  const random = randomIndex[n] ?? 0;
  return { weights: vector, ratio: random ? index / random : 0 };
}
