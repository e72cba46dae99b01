/** What an HTML error page of the edge looks like to a client: a document, never JSON. */
export function page(title: string): string {
  return `<!DOCTYPE html>\n<html lang="en"><head><title>${title}</title></head><body><h1>${title}</h1></body></html>\n`;
}

/** A body with the headers that say what it is. */
export interface Content {
  readonly body: string | null;
  readonly type: string | undefined;
}

export function html(title: string): Content {
  return { body: page(title), type: 'text/html; charset=UTF-8' };
}

export function json(value: unknown): Content {
  return { body: JSON.stringify(value), type: 'application/json' };
}

export function text(body: string): Content {
  return { body, type: 'text/plain; charset=UTF-8' };
}

export const NOTHING: Content = { body: null, type: undefined };
