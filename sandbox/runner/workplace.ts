import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

/** A file with its path from the workplace's root. */
export interface WrittenFile {
  readonly name: string;
  readonly text: string;
}

export const FILE_COMMANDS = ['OUTPUT', 'STATE', 'ENV', 'PATH', 'STEP_SUMMARY'] as const;
export type FileCommand = (typeof FILE_COMMANDS)[number];

/** The folders and files of one process of a step, in a temporary folder of their own. */
export class Workplace {
  readonly root: string;
  readonly temp: string;
  readonly toolCache: string;
  readonly workspace: string;
  readonly home: string;
  readonly eventPath: string;

  private constructor(root: string, workspace: string | undefined) {
    this.root = root;
    this.temp = join(root, 'temp');
    this.toolCache = join(root, 'tool-cache');
    this.workspace = workspace ?? join(root, 'workspace');
    this.home = join(root, 'home');
    this.eventPath = join(root, 'event.json');
  }

  /** With a `workspace` that the steps of a job share, and that stays; an empty one of its own if not given. */
  static async create(workspace?: string): Promise<Workplace> {
    const workplace = new Workplace(await mkdtemp(join(tmpdir(), 'runner-')), workspace);
    for (const folder of [workplace.temp, workplace.toolCache, workplace.workspace, workplace.home]) {
      await mkdir(folder, { recursive: true });
    }
    await writeFile(workplace.eventPath, '{}');
    for (const command of FILE_COMMANDS) await writeFile(workplace.#path(command), '');
    return workplace;
  }

  /** `GITHUB_OUTPUT` and its like. */
  variables(): Record<string, string> {
    const files = FILE_COMMANDS.map((command) => [`GITHUB_${command}`, this.#path(command)]);
    return { ...(Object.fromEntries(files) as Record<string, string>), GITHUB_EVENT_PATH: this.eventPath };
  }

  /** Empty where the process removed the file. */
  async read(command: FileCommand): Promise<string> {
    return readFile(this.#path(command), 'utf8').catch(() => '');
  }

  /** Every file that is here now, wherever the process put it. */
  async files(): Promise<WrittenFile[]> {
    const entries = await readdir(this.root, { recursive: true, withFileTypes: true });
    const paths = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    return Promise.all(
      paths.map(async (path) => ({ name: relative(this.root, path), text: await readFile(path, 'utf8') })),
    );
  }

  async remove(): Promise<void> {
    await rm(this.root, { recursive: true, force: true });
  }

  #path(command: FileCommand): string {
    return join(this.root, `github_${command.toLowerCase()}`);
  }
}
