/** Words that Mermaid's Gantt lexer takes for its own at the start of a line. */
const KEYWORDS =
  /^(?:gantt|title|section|click|call|href|dateFormat|axisFormat|tickInterval|includes|excludes|todayMarker|weekday|weekend|topAxis|inclusiveEndDates|acc\w+|\d{4}-\d{2}-\d{2})\b/i;
const SETTING = /^ {2}(?:dateFormat|axisFormat|tickInterval|weekday|todayMarker) [^#;\n]+$/;
const SECTION = /^ {2}section [^:#;%\n]+$/;
const TASK =
  /^ {4}([^:#;%"\n]+) :((?:(?:active|crit|milestone), )*)(\d{4}-\d\d-\d\d \d\d:\d\d), (\d{4}-\d\d-\d\d \d\d:\d\d|0d)$/;

export interface Task {
  readonly section: string;
  readonly label: string;
  readonly tags: readonly string[];
  readonly from: string;
  readonly until: string;
}

/** The diagrams of a Markdown text. */
export function diagramsIn(markdown: string): readonly string[] {
  return [...markdown.matchAll(/^```mermaid\n([\s\S]*?)\n```$/gm)].map(([, source = '']) => source);
}

/**
 * Reads a Gantt chart of the form that summaries draw.
 * @throws Error at the first line that Mermaid might read otherwise than it is meant
 */
export function readGantt(source: string): readonly Task[] {
  const [init = '', first, ...lines] = source.split('\n');
  JSON.parse(/^%%\{init: (.*)\}%%$/.exec(init)?.[1] ?? '');
  if (first !== 'gantt') throw new Error(`no Gantt chart: ${String(first)}`);
  const tasks: Task[] = [];
  let section: string | undefined;
  for (const line of lines) {
    if (SECTION.test(line)) {
      section = line.trim().slice('section '.length);
      continue;
    }
    if (SETTING.test(line)) continue;
    const [, label = '', tags = '', from = '', until = ''] = TASK.exec(line) ?? [];
    if (label === '' || section === undefined || KEYWORDS.test(label)) throw new Error(`misread: ${line}`);
    if (until !== '0d' && until <= from) throw new Error(`ends before it begins: ${line}`);
    tasks.push({ section, label, tags: tags.split(', ').filter((tag) => tag !== ''), from, until });
  }
  if (tasks.length === 0) throw new Error('nothing is drawn');
  return tasks;
}
