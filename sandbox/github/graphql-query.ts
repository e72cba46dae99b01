/** A field as a query asks for it, or fields that only objects of one type have. */
export type Selection =
  | {
      readonly kind: 'field';
      /** The alias, or the name. */
      readonly as: string;
      readonly name: string;
      readonly arguments: Readonly<Record<string, unknown>>;
      readonly selections: readonly Selection[];
    }
  | { readonly kind: 'on'; readonly type: string; readonly selections: readonly Selection[] };

const TOKEN = /#[^\n]*|[\s,]+|\.\.\.|[{}()[\]:!=$]|"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?|[A-Za-z_]\w*/gy;

/**
 * Reads a query document: one query with aliases, arguments, inline and named fragments.
 * @throws SyntaxError for anything else, mutations and directives included
 */
export function parseQuery(
  document: string,
  variables: Readonly<Record<string, unknown>>,
): readonly Selection[] {
  return new QueryParser(tokensOf(document), variables).document();
}

function tokensOf(document: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < document.length) {
    const at = TOKEN.lastIndex;
    const [token] = TOKEN.exec(document) ?? [];
    if (token === undefined) throw new SyntaxError(`Expected a name, actual: ${document.charAt(at)}`);
    if (!/^[\s,#]/.test(token)) tokens.push(token);
  }
  return tokens;
}

class QueryParser {
  readonly #tokens: readonly string[];
  readonly #variables: Readonly<Record<string, unknown>>;
  readonly #fragments = new Map<string, Selection>();
  #at = 0;

  constructor(tokens: readonly string[], variables: Readonly<Record<string, unknown>>) {
    this.#tokens = tokens;
    this.#variables = variables;
  }

  /** Fragments may follow the query that uses them, so they are read first. */
  document(): readonly Selection[] {
    const queryAt = this.#readFragments();
    if (queryAt === undefined) throw new SyntaxError('A query attribute must be specified');
    this.#at = queryAt;
    if (this.#peek() === 'query') {
      this.#next();
      if (this.#peek() !== '{' && this.#peek() !== '(') this.#name();
      if (this.#peek() === '(') this.#skipBalanced('(', ')');
    }
    return this.#selections();
  }

  /** Gives where the query starts. Each fragment is read once those before it are known. */
  #readFragments(): number | undefined {
    let queryAt: number | undefined;
    while (this.#peek() !== undefined) {
      if (this.#peek() === 'fragment') {
        this.#next();
        const name = this.#name();
        this.#expect('on');
        const type = this.#name();
        this.#fragments.set(name, { kind: 'on', type, selections: this.#selections() });
        continue;
      }
      if (this.#peek() !== 'query' && this.#peek() !== '{') {
        throw new SyntaxError(`the sandbox answers queries only, not '${this.#peek() ?? ''}'`);
      }
      queryAt = this.#at;
      while (this.#peek() !== '{') this.#next();
      this.#skipBalanced('{', '}');
    }
    return queryAt;
  }

  #selections(): readonly Selection[] {
    this.#expect('{');
    const selections: Selection[] = [];
    while (this.#peek() !== '}') selections.push(this.#selection());
    this.#expect('}');
    return selections;
  }

  #selection(): Selection {
    if (this.#peek() === '...') {
      this.#next();
      if (this.#peek() === 'on') {
        this.#next();
        return { kind: 'on', type: this.#name(), selections: this.#selections() };
      }
      const name = this.#name();
      const fragment = this.#fragments.get(name);
      if (fragment === undefined) throw new SyntaxError(`Fragment ${name} was used, but not defined`);
      return fragment;
    }
    const first = this.#name();
    const aliased = this.#peek() === ':';
    if (aliased) this.#next();
    const name = aliased ? this.#name() : first;
    const given = this.#peek() === '(' ? this.#arguments() : {};
    const selections = this.#peek() === '{' ? this.#selections() : [];
    return { kind: 'field', as: first, name, arguments: given, selections };
  }

  #arguments(): Record<string, unknown> {
    const given: Record<string, unknown> = {};
    this.#expect('(');
    while (this.#peek() !== ')') {
      const name = this.#name();
      this.#expect(':');
      given[name] = this.#value();
    }
    this.#expect(')');
    return given;
  }

  #value(): unknown {
    if (this.#peek() === '$') {
      this.#next();
      return this.#variables[this.#name()];
    }
    const token = this.#next();
    if (token.startsWith('"') || /^-?\d/.test(token)) return JSON.parse(token) as unknown;
    return token;
  }

  #skipBalanced(open: string, close: string): void {
    let depth = 0;
    do {
      const token = this.#next();
      if (token === open) depth += 1;
      if (token === close) depth -= 1;
    } while (depth > 0);
  }

  #peek(): string | undefined {
    return this.#tokens[this.#at];
  }

  #next(): string {
    const token = this.#peek();
    if (token === undefined) throw new SyntaxError('Unexpected end of document');
    this.#at += 1;
    return token;
  }

  #name(): string {
    const token = this.#next();
    if (!/^[A-Za-z_]/.test(token)) throw new SyntaxError(`Expected a name, actual: ${token}`);
    return token;
  }

  #expect(wanted: string): void {
    const token = this.#next();
    if (token !== wanted) throw new SyntaxError(`Expected ${wanted}, actual: ${token}`);
  }
}
