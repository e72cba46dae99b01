import type { Run } from './play.ts';

/** What a service may echo to be taken for workflow commands. */
export const COMMANDS =
  'no\n::set-output name=status::rotated\r\n##[error]pwned\n ::add-mask::acme\u2028::stop-commands::x';

/** What the runner would take for a workflow command, wherever a line begins, and lines that are none. */
export function commandsIn({ transcript: { log, annotations, outputs } }: Run): readonly string[] {
  const lines = [...log, ...annotations.map(({ text }) => text), ...Object.values(outputs)];
  // An annotation may have several lines: the toolkit escapes them.
  const plain = [
    ...log.filter((line) => !/^(?:error|warning|notice): /.test(line)),
    ...Object.values(outputs),
  ];
  const broken = plain.filter((line) => /[\r\n\u2028\u2029]/.test(line));
  const commands = lines.filter((line) =>
    line.split(/[\r\n\u2028\u2029]/).some((part) => /^\s*::|##\[/.test(part)),
  );
  const long = lines
    .filter((line) => line.length > 5_000)
    .map(({ length }) => `a line of ${length} characters`);
  return [...broken, ...commands, ...long];
}
