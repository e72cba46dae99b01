/** Random tests try the same values each time, so that a change is what breaks them; `SEED` for others. */
export const SEED = Number(process.env['SEED'] ?? '20260105');
