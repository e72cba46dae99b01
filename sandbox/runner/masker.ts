type Encoder = (value: string) => string;

/** Shorter pieces around an ampersand would blank too much. */
const SHORTEST_AMPERSAND_PIECE = 6;

/** The forms besides the value itself that the runner replaces (`ValueEncoders` of github.com/actions/runner). */
const ENCODERS: readonly Encoder[] = [
  (value) => base64From(value, 0),
  (value) => base64From(value, 1),
  (value) => base64From(value, 2),
  (value) => value.replaceAll('"', '\\"'),
  (value) => value.replaceAll("'", "''"),
  (value) => JSON.stringify(value).slice(1, -1),
  (value) => uriEscape(value),
  (value) => xmlEscape(value),
  (value) => (value.length > 8 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : ''),
  (value) => ampersandPieces(value)[0],
  (value) => ampersandPieces(value)[1],
];

/** Replaces registered values by `***` as the Actions runner does: whole values, their lines, some encodings. */
export class Masker {
  readonly #registered = new Set<string>();
  readonly #forms = new Set<string>();

  /** What was registered, in order, as it was given. */
  get values(): readonly string[] {
    return [...this.#registered];
  }

  /** Registers a value and each of its lines; there is no shortest length, so `1` blanks every `1`. */
  add(value: string): void {
    if (value.trim() === '') return;
    this.#registered.add(value);
    for (const part of [value, ...value.split(/[\r\n]+/).map((line) => line.trim())]) {
      if (part === '') continue;
      for (const form of [part, ...ENCODERS.map((encode) => encode(part))]) {
        if (form !== '') this.#forms.add(form);
      }
    }
  }

  /** Overlapping and adjoining finds become one `***`. */
  mask(text: string): string {
    const finds = [...this.#forms].flatMap((form) => placesOf(form, text)).sort((a, b) => a.start - b.start);
    let masked = '';
    let at = 0;
    for (const { start, end } of finds) {
      if (start > at || masked === '') masked += `${text.slice(at, start)}***`;
      at = Math.max(at, end);
    }
    return masked + text.slice(at);
  }
}

function placesOf(form: string, text: string): { start: number; end: number }[] {
  const places = [];
  for (let start = text.indexOf(form); start >= 0; start = text.indexOf(form, start + 1)) {
    places.push({ start, end: start + form.length });
  }
  return places;
}

/** What the base64 of a longer text shows of the value, where the value starts `offset` bytes off a group. */
function base64From(value: string, offset: number): string {
  const bytes = Buffer.from(value, 'utf8');
  return bytes.subarray(bytes.length > offset ? offset : 0).toString('base64');
}

/** RFC 3986: everything but unreserved characters; `encodeURIComponent` leaves five more alone. */
function uriEscape(value: string): string {
  return encodeURIComponent(value.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function xmlEscape(value: string): string {
  const entities: Record<string, string> = {
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&apos;',
    '&': '&amp;',
  };
  return value.replace(/[<>"'&]/g, (character) => entities[character] ?? character);
}

/** PowerShell prints a command line in two pieces, split after an ampersand. */
function ampersandPieces(value: string): [before: string, after: string] {
  const first = value.indexOf('&+');
  const split = first >= 0 ? first + 2 : value.lastIndexOf('&') + 1;
  if (split === 0) return ['', ''];
  const longEnough = (piece: string): string => (piece.length >= SHORTEST_AMPERSAND_PIECE ? piece : '');
  return [longEnough(value.slice(0, split)), longEnough(value.slice(split))];
}
