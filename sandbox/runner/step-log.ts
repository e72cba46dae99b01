import type { Masker } from './masker.ts';
import { parseWorkflowCommand, type WorkflowCommand } from './workflow-command.ts';

export type Level = 'error' | 'warning' | 'notice';

/** A line on the run's page. */
export interface Annotation {
  readonly level: Level;
  readonly title: string | undefined;
  /** Masked, and cut at 4,096 characters. */
  readonly message: string;
}

const MOST_ANNOTATIONS_PER_LEVEL = 10;
const LONGEST_ANNOTATION = 4096;

const COMMANDS = [
  ...['add-mask', 'add-matcher', 'add-path', 'debug', 'echo', 'endgroup', 'error', 'group', 'notice'],
  ...['remove-matcher', 'save-state', 'set-env', 'set-output', 'stop-commands', 'warning'],
];

/**
 * What the runner makes of the lines that a step prints on either stream: the log as people read it,
 * masked line by line from the moment a value is registered, and what the commands among them ask for.
 */
export class StepLog {
  readonly lines: string[] = [];
  readonly annotations: Annotation[] = [];
  /** From the commands that came before the files of the same purpose. */
  readonly outputs: Record<string, string> = {};
  readonly state: Record<string, string> = {};
  /** Set by a command that could not be carried out: the step fails whatever its exit code. */
  failed = false;
  readonly #masker: Masker;
  readonly #debugging: boolean;
  readonly #registered = new Set(COMMANDS);
  #stopToken: string | undefined;
  #echo: boolean;

  constructor(masker: Masker, debugging: boolean) {
    this.#masker = masker;
    this.#debugging = debugging;
    this.#echo = debugging;
  }

  /** A line as the process printed it. */
  read(line: string): void {
    const command = parseWorkflowCommand(line, this.#registered);
    if (command === undefined) {
      this.write(line);
    } else if (this.#stopToken !== undefined) {
      this.write(line);
      if (command.name === this.#stopToken) this.#resume();
    } else {
      const echoed = this.#echo && !ECHOES_ITSELF.has(command.name);
      if (echoed) this.write(line);
      this.#carryOut(command, line);
    }
  }

  write(text: string): void {
    this.lines.push(...this.#masker.mask(text).split(/\r\n|\r|\n/));
  }

  debug(text: string): void {
    if (this.#debugging) this.write(text.replace(/^/gm, '##[debug]'));
  }

  annotate(level: Level, text: string, title?: string): void {
    const message = this.#masker.mask(text).slice(0, LONGEST_ANNOTATION);
    this.write(`##[${level}]${message}`);
    const sameLevel = this.annotations.filter((annotation) => annotation.level === level);
    if (sameLevel.length < MOST_ANNOTATIONS_PER_LEVEL) this.annotations.push({ level, title, message });
  }

  fail(what: string, why: string): void {
    this.annotate('error', `Unable to process ${what} successfully.`);
    this.annotate('error', why);
    this.failed = true;
  }

  #carryOut(command: WorkflowCommand, line: string): void {
    const { name, properties, data } = command;
    switch (name) {
      case 'add-mask':
        if (data.trim() === '') this.annotate('warning', "Can't add secret mask for empty string.");
        else this.#masker.add(data);
        return;
      case 'error':
      case 'warning':
      case 'notice':
        this.annotate(name, data, properties['title']);
        return;
      case 'debug':
        this.debug(data);
        return;
      case 'group':
      case 'endgroup':
        this.write(`##[${name}]${data}`);
        return;
      case 'echo':
        this.#echo = data.trim().toLowerCase() === 'on';
        return;
      case 'set-output':
      case 'save-state':
        this.#keep(name === 'set-output' ? this.outputs : this.state, command, line);
        return;
      case 'set-env':
      case 'add-path':
        this.fail(`command '${line}'`, `The \`${name}\` command is disabled.`);
        return;
      case 'stop-commands':
        this.#stop(data, line);
        return;
    }
  }

  #keep(into: Record<string, string>, { properties, data }: WorkflowCommand, line: string): void {
    const key = properties['name'] ?? '';
    if (key === '') this.fail(`command '${line}'`, "Required field 'name' is missing.");
    else into[key] = data;
  }

  #stop(token: string, line: string): void {
    const normal = token.toLowerCase();
    if (normal === '' || this.#registered.has(normal)) {
      this.fail(`command '${line}'`, `Invalid token '${token}' for the stop-commands command.`);
      return;
    }
    if (!this.#echo) this.write(line);
    this.#registered.add(normal);
    this.#stopToken = normal;
  }

  #resume(): void {
    if (this.#stopToken !== undefined) this.#registered.delete(this.#stopToken);
    this.#stopToken = undefined;
  }
}

/** Commands that print their own line, or must never be printed. */
const ECHOES_ITSELF = new Set([
  'add-mask',
  'error',
  'warning',
  'notice',
  'debug',
  'group',
  'endgroup',
  'echo',
]);
