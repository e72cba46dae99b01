import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { Files } from '../../model/dependencies.ts';
import { quote } from '../complaints.ts';
import type { Inputs } from '../inputs.ts';
import { UNSEEN } from '../names.ts';
import { ManifestText } from './tree.ts';

/** In bytes. */
const LARGEST = 1024 * 1024;

/** The manifest that the input names or holds. Undefined, and noted, if it cannot be read or must not be. */
export async function loadManifest(inputs: Inputs, files: Files): Promise<ManifestText | undefined> {
  const given = inputs.given('manifest') ?? '';
  if (/[\r\n]/.test(given) || given.startsWith('{')) {
    return new ManifestText(inputs.raw('manifest'), undefined, inputs.complaints);
  }
  const spot = inputs.spot('manifest');
  const shown = quote(given);
  const workspace = inputs.variable('GITHUB_WORKSPACE');
  if (inputs.variable('GITHUB_EVENT_NAME') === 'pull_request_target') {
    spot.refuse(
      `the path ${shown} under \`pull_request_target\``,
      'the YAML itself there, because a stranger could choose the targets in a file',
    );
    return undefined;
  }
  if (UNSEEN.test(given) || workspace === undefined) {
    spot.refuse(
      workspace === undefined ? `the path ${shown}, but GITHUB_WORKSPACE is not set` : shown,
      'the path of a file in the workspace, or the YAML itself',
    );
    return undefined;
  }
  const path = resolve(workspace, given);
  const accepts = 'a path that stays inside the workspace, also behind symbolic links';
  if (!isInside(workspace, path)) {
    spot.refuse(shown, accepts);
    return undefined;
  }
  try {
    const real = await files.realPath(path);
    if (!isInside(await files.realPath(workspace), real)) {
      spot.refuse(shown, accepts);
      return undefined;
    }
    const bytes = await files.read(real, LARGEST + 1);
    if (bytes.length > LARGEST) {
      spot.refuse(`${shown} with more than 1 MiB`, 'a file of at most 1 MiB');
      return undefined;
    }
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return new ManifestText(text, relative(workspace, path).split(sep).join('/'), inputs.complaints);
  } catch (error) {
    spot.complain(whyUnreadable(error, shown));
    return undefined;
  }
}

/** Whether a path is below the folder, and not the folder itself. */
function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '' && way !== '..' && !way.startsWith(join('..', sep)) && !isAbsolute(way);
}

function whyUnreadable(error: unknown, shown: string): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return `got ${shown}, and there is no such file in the workspace; accepts the path of a file that a step with \`actions/checkout\` put there, or the YAML itself in more than one line`;
    case 'EISDIR':
      return `got ${shown}, which is a folder; accepts the path of a file`;
    case 'ERR_ENCODING_INVALID_ENCODED_DATA':
      return `got ${shown}, which is not text in UTF-8; accepts YAML`;
    default:
      return `got ${shown}, which cannot be read (${typeof code === 'string' ? code : 'unknown error'}); accepts the path of a file that the runner can read`;
  }
}
