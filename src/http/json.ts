/** Whether it is a JSON object. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The fields of a JSON object; none for anything else. */
export function fields(json: unknown): Readonly<Record<string, unknown>> {
  return isRecord(json) ? json : {};
}
