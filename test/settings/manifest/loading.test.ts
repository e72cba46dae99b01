import { mkdtemp, mkdir, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { files as realFiles } from '../../../src/files.ts';
import { SettingsProblem } from '../../../src/settings/complaints.ts';
import { readSettings } from '../../../src/settings/read-settings.ts';
import { environmentOf, type Given } from '../step.ts';
import { manifestProblem, manifestSettings, type File } from './read.ts';

const GOOD = 'tokens:\n  - name: web\n';
const MIB = 1024 * 1024;

describe('the input manifest', () => {
  it.each(['tokens.yml', './tokens.yml', 'x/../tokens.yml', '/work/space/tokens.yml'])(
    'may be the path %s',
    async (path) => {
      const { manifest } = await manifestSettings(GOOD, { manifest: path });
      expect(manifest).toEqual({ path: 'tokens.yml', entries: [{ tokenName: 'web', tokenId: undefined }] });
    },
  );

  it.each([GOOD, '{"tokens": [{"name": "web"}]}', ' {tokens: [{name: web}]}'])(
    'may be the YAML itself: %j',
    async (manifest) => {
      const settings = await manifestSettings('', { manifest, GITHUB_EVENT_NAME: 'pull_request_target' });
      expect(settings.tokens.map(({ tokenName }) => tokenName)).toEqual(['web']);
      expect(settings.manifest?.path).toBeUndefined();
    },
  );

  it('is counted from its first line, and annotates no file, if it is the YAML itself', async () => {
    const manifest = '\n\ntokens:\n  - name: web\n    duration: 30\n';
    expect(await manifestProblem('', { manifest })).toEqual({
      lines: [expect.stringMatching(/^manifest:5:15: duration: got the number 30; /)],
      annotations: [],
    });
  });

  it('may have a byte order mark and Windows line breaks', async () => {
    const text = '\ufefftokens:\r\n  - name: web\r\n    duration: 30\r\n';
    expect((await manifestProblem(text)).lines).toEqual([
      expect.stringMatching(/^tokens\.yml:3:15: duration: got the number 30; /),
    ]);
  });

  it('counts as not given if it is empty', async () => {
    const settings = await manifestSettings(GOOD, { manifest: ' ', 'token-name': 'deploy' });
    expect(settings.manifest).toBeUndefined();
  });

  it.each<[title: string, Given, says: string]>([
    [
      'missing',
      { manifest: 'tokens.yaml' },
      'got "tokens.yaml", and there is no such file in the workspace; accepts the path of a file that a step with `actions/checkout` put there',
    ],
    ['a folder', { manifest: 'folder' }, 'got "folder", which is a folder; accepts the path of a file'],
    ['the workspace', { manifest: '.' }, 'got "."; accepts a path that stays inside the workspace'],
    [
      'outside the workspace',
      { manifest: '../tokens.yml' },
      'got "../tokens.yml"; accepts a path that stays',
    ],
    ['elsewhere', { manifest: '/etc/passwd' }, 'got "/etc/passwd"; accepts a path that stays inside'],
    [
      'in a folder of a similar name',
      { manifest: '/work/space2/a.yml' },
      'got "/work/space2/a.yml"; accepts a',
    ],
    [
      'a link that leads outside',
      { manifest: 'link.yml' },
      'got "link.yml"; accepts a path that stays inside',
    ],
    [
      'too large',
      { manifest: 'large.yml' },
      'got "large.yml" with more than 1 MiB; accepts a file of at most',
    ],
    ['no text', { manifest: 'binary.yml' }, 'got "binary.yml", which is not text in UTF-8; accepts YAML'],
    [
      'a circle of links',
      { manifest: 'circle.yml' },
      'got "circle.yml", which cannot be read (ELOOP); accepts',
    ],
    [
      'a name that cannot be seen',
      { manifest: 'a\u0007b' },
      'got "a\\u{7}b"; accepts the path of a file in the',
    ],
    [
      'without a workspace',
      { GITHUB_WORKSPACE: undefined },
      'got the path "tokens.yml", but GITHUB_WORKSPACE',
    ],
    [
      'chosen by a stranger',
      { GITHUB_EVENT_NAME: 'pull_request_target' },
      'got the path "tokens.yml" under `pull_request_target`; accepts the YAML itself there',
    ],
  ])('is refused if it is %s', async (_title, given, says) => {
    const files: Readonly<Record<string, File>> = {
      folder: { link: '/work/space/folder/real' },
      'link.yml': { link: '/etc/passwd' },
      'circle.yml': { link: '/work/space/circle.yml' },
      'large.yml': `${GOOD}#${'x'.repeat(MIB)}`,
      'binary.yml': new Uint8Array([0xff, 0xfe, 0x00]),
    };
    const { lines, annotations } = await manifestProblem(GOOD, given, files);
    expect(lines.map((line) => line.slice(0, says.length + 10))).toEqual([`manifest: ${says}`]);
    expect(annotations).toEqual([]);
  });

  it('may have 1 MiB', async () => {
    const text = `${GOOD}#${'x'.repeat(MIB - GOOD.length - 1)}`;
    expect((await manifestProblem(text)).lines).toEqual([]);
    expect((await manifestProblem(`${text}x`)).lines).toHaveLength(1);
  });

  it('does not hide what is wrong with the inputs if it cannot be read', async () => {
    const { lines } = await manifestProblem(GOOD, { manifest: 'nowhere.yml', 'max-wait': 'x' });
    expect(lines.map((line) => line.split(':')[0])).toEqual(['manifest', 'max-wait']);
  });
});

describe('a manifest on the disk', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'manifest-')));
    await mkdir(join(folder, 'real'));
    await writeFile(join(folder, 'real', 'tokens.yml'), GOOD);
    await writeFile(join(folder, 'outside.yml'), GOOD);
    await symlink(join(folder, 'real'), join(folder, 'workspace'));
    await symlink(join(folder, 'outside.yml'), join(folder, 'real', 'out.yml'));
    await symlink('tokens.yml', join(folder, 'real', 'inside.yml'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  const read = async (manifest: string): Promise<unknown> => {
    const given = { manifest, 'token-name': undefined, GITHUB_WORKSPACE: join(folder, 'workspace') };
    try {
      const settings = await readSettings(environmentOf(given), realFiles);
      return settings.operation === 'verify' ? settings : settings.manifest?.path;
    } catch (error) {
      if (!(error instanceof SettingsProblem)) throw error;
      return error.message;
    }
  };

  it.each(['tokens.yml', 'inside.yml'])('is read at %s, though the workspace is a link', async (path) => {
    expect(await read(path)).toBe(path);
  });

  it.each([
    ['out.yml', /accepts a path that stays inside the workspace, also behind symbolic links\.$/],
    ['nowhere.yml', /there is no such file in the workspace/],
    ['tokens.yml/x', /there is no such file in the workspace/],
    ['../outside.yml', /accepts a path that stays inside/],
  ])('is refused at %s', async (path, says) => {
    expect(await read(path)).toMatch(says);
  });

  it('is not read if it is a folder', async () => {
    await mkdir(join(folder, 'real', 'folder'), { recursive: true });
    expect(await read('folder')).toMatch(/which is a folder/);
  });
});
