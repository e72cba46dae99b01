/** Words that Mermaid's Gantt grammar takes for its own at the start of a line. */
const KEYWORDS =
  /^(?:gantt|title|section|click|call|href|dateFormat|axisFormat|tickInterval|includes|excludes|todayMarker|weekday|weekend|topAxis|inclusiveEndDates|acc\w+|\d{4}-\d{2}-\d{2})\b/i;
const SETTING = /^ {2}(?:title|dateFormat|axisFormat|tickInterval|weekday|todayMarker) [^#;\n]+$/;
const SECTION = /^ {2}section ((?:[^:#;%\n]|#58;)+)$/;
const TASK =
  /^ {4}((?:[^:#;%"\n]|#58;)+) :((?:(?:active|done|crit|milestone), )*)(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d), (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d|0d)$/;

export interface Task {
  readonly title: string;
  readonly note: string;
  readonly label: string;
  readonly tags: readonly string[];
  readonly from: number;
  /** The same as `from` for a moment. */
  readonly until: number;
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
    const [, title] = SECTION.exec(line) ?? [];
    if (title !== undefined) {
      section = title.replaceAll('#58;', ':');
      continue;
    }
    if (SETTING.test(line)) continue;
    const [, label = '', tags = '', from = '', until = ''] = TASK.exec(line) ?? [];
    if (label === '' || section === undefined || KEYWORDS.test(label)) throw new Error(`misread: ${line}`);
    const [start, end] = [instantOf(from), until === '0d' ? instantOf(from) : instantOf(until)];
    if (until !== '0d' && end <= start) throw new Error(`ends before it begins: ${line}`);
    const [name = '', note = ''] = section.split('<br>');
    tasks.push({
      title: name,
      note,
      label,
      tags: tags.split(', ').filter((tag) => tag !== ''),
      from: start,
      until: end,
    });
  }
  if (tasks.length === 0) throw new Error('nothing is drawn');
  return tasks;
}

function instantOf(text: string): number {
  return Date.parse(`${text.replace(' ', 'T')}Z`);
}
