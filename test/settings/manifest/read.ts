import type { Files } from '../../../src/model/dependencies.ts';
import { SettingsProblem, type Annotation } from '../../../src/settings/complaints.ts';
import { readSettings } from '../../../src/settings/read-settings.ts';
import type { Settings } from '../../../src/settings/settings.ts';
import { environmentOf, type Given } from '../step.ts';

const WORKSPACE = '/work/space';

/** A file of the workspace: text, bytes, or the path that a symbolic link leads to. */
export type File = string | Uint8Array | { readonly link: string };

function failed(code: string): Promise<never> {
  return Promise.reject(Object.assign(new Error(code), { code }));
}

/** Files in memory, by their path from the workspace. */
export function filesOf(files: Readonly<Record<string, File>>): Files {
  const fileAt = (path: string): File | undefined => files[path.slice(WORKSPACE.length + 1)];
  const bytesOf = (file: string | Uint8Array): Uint8Array =>
    typeof file === 'string' ? new TextEncoder().encode(file) : file;
  return {
    realPath: (path) => {
      const file = fileAt(path);
      if (typeof file === 'object' && 'link' in file) return Promise.resolve(file.link);
      return path === WORKSPACE || file !== undefined ? Promise.resolve(path) : failed('ENOENT');
    },
    read: (path, most) => {
      const file = fileAt(path);
      if (file === undefined) return failed('EISDIR');
      if (typeof file === 'object' && 'link' in file) return failed('ELOOP');
      return Promise.resolve(bytesOf(file).subarray(0, most));
    },
  };
}

/** The smallest step with a manifest. */
const STEP: Given = { 'token-name': undefined, GITHUB_WORKSPACE: WORKSPACE, manifest: 'tokens.yml' };

/** The settings of a step whose manifest is `tokens.yml` with this text, with these inputs. */
export async function manifestSettings(
  text: string,
  given: Given = {},
  files: Readonly<Record<string, File>> = {},
): Promise<Settings> {
  const env = environmentOf({ ...STEP, ...given });
  const settings = await readSettings(env, filesOf({ 'tokens.yml': text, ...files }));
  if (settings.operation === 'verify') throw new Error('verify has no manifest');
  return settings;
}

/** What is said to be wrong, a line each, and what of it is shown in the file; empty if nothing is. */
export async function manifestProblem(
  text: string,
  given: Given = {},
  files: Readonly<Record<string, File>> = {},
): Promise<{ readonly lines: readonly string[]; readonly annotations: readonly Annotation[] }> {
  try {
    await manifestSettings(text, given, files);
    return { lines: [], annotations: [] };
  } catch (error) {
    if (!(error instanceof SettingsProblem)) throw error;
    return { lines: error.message.split('\n'), annotations: error.annotations };
  }
}
