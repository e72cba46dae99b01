/** One workflow command that a process printed. */
export interface WorkflowCommand {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly data: string;
}

/** In the order in which the runner undoes them: `%25` last. */
const DATA_ESCAPES: readonly [string, string][] = [
  ['%0D', '\r'],
  ['%0A', '\n'],
  ['%25', '%'],
];
const PROPERTY_ESCAPES: readonly [string, string][] = [
  ['%0D', '\r'],
  ['%0A', '\n'],
  ['%3A', ':'],
  ['%2C', ','],
  ['%25', '%'],
];
const OLD_ESCAPES: readonly [string, string][] = [
  ['%3B', ';'],
  ['%0D', '\r'],
  ['%0A', '\n'],
  ['%5D', ']'],
  ['%25', '%'],
];

/**
 * Reads `::name key=value,key=value::data`, after any white space, or the older `##[name key=value;]data`,
 * anywhere in the line. A name that is not registered is no command.
 */
export function parseWorkflowCommand(
  line: string,
  registered: ReadonlySet<string>,
): WorkflowCommand | undefined {
  return (
    parse(/^\s*::(?<info>.*?)::(?<data>.*)$/s.exec(line), ',', PROPERTY_ESCAPES, DATA_ESCAPES, registered) ??
    parse(/##\[(?<info>[^\]]*)\](?<data>.*)$/s.exec(line), ';', OLD_ESCAPES, OLD_ESCAPES, registered)
  );
}

function parse(
  match: RegExpExecArray | null,
  separator: string,
  propertyEscapes: readonly [string, string][],
  dataEscapes: readonly [string, string][],
  registered: ReadonlySet<string>,
): WorkflowCommand | undefined {
  const { info = '', data = '' } = match?.groups ?? {};
  const [, name = '', list = ''] = /^(\S*) ?(.*)$/s.exec(info) ?? [];
  if (!registered.has(name.toLowerCase())) return undefined;
  const properties: Record<string, string> = {};
  for (const pair of list.trim().split(separator)) {
    const at = pair.indexOf('=');
    const value = pair.slice(at + 1);
    if (at > 0 && value !== '')
      properties[pair.slice(0, at).toLowerCase()] = unescape(value, propertyEscapes);
  }
  return { name: name.toLowerCase(), properties, data: unescape(data, dataEscapes) };
}

function unescape(text: string, escapes: readonly [string, string][]): string {
  return escapes.reduce((result, [escape, character]) => result.replaceAll(escape, character), text);
}
